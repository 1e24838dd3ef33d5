import { CtdbtsError } from '../../lib/errors.ts'
import { planTakeover } from '../../lib/takeover/plan.ts'
import { imagine } from '../../lib/takeover/what-if.ts'
import type { Planned } from '../../ui/watch/model.ts'
import { answerWith } from './answer-with.ts'
import type { PlanQuestion } from './planner.ts'

/** What the planner says, or why it cannot. */
answerWith(({ snapshot: now, edits }: PlanQuestion): Planned => {
  try {
    const { snapshot: imagined, assumptions } = imagine(now, edits)
    return { state: 'done', plan: planTakeover(now, { imagined, assumptions }) }
  } catch (error) {
    if (!(error instanceof CtdbtsError)) throw error
    return { state: 'failed', why: error.message }
  }
})
