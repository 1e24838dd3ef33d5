import { CtdbtsError } from '../../lib/errors.ts'
import { planWhatIf } from '../../lib/takeover/what-if-plan.ts'
import type { Planned } from '../../ui/watch/model/model.ts'
import type { PlanTask } from './planner.ts'
import { runTasks } from './worker-loop.ts'

// Answers with the plan, or with the reason why there is none.
runTasks(({ snapshot: now, edits }: PlanTask): Planned => {
  try {
    // The screen does not show the runs one by one, and in a large cluster they are large.
    const { course: _course, neededEvents: _events, ...plan } = planWhatIf(now, edits)
    return { state: 'done', plan }
  } catch (error) {
    if (!(error instanceof CtdbtsError)) throw error
    return { state: 'failed', why: error.message }
  }
})
