import { parentPort } from 'node:worker_threads'
import { CtdbtsError } from '../../lib/errors.ts'
import type { NodeFacts } from '../../lib/snapshot/snapshot.ts'
import { planTakeover } from '../../lib/takeover/plan.ts'
import { imagine } from '../../lib/takeover/what-if.ts'
import type { Planned } from '../../ui/watch/model.ts'
import type { PlanPart, PlanQuestion } from './planner.ts'

/** What the planner says, or why it cannot. */
function answerTo({ now, edits }: PlanQuestion): Planned {
  try {
    const { snapshot: imagined, assumptions } = imagine(now, edits)
    return { state: 'done', plan: planTakeover(now, { imagined, assumptions }) }
  } catch (error) {
    if (!(error instanceof CtdbtsError)) throw error
    return { state: 'failed', why: error.message }
  }
}

const nodes: NodeFacts[] = []

parentPort?.on('message', ({ facts, question }: PlanPart) => {
  if (facts) nodes.push(facts)
  if (question) parentPort?.postMessage(answerTo({ ...question, now: { ...question.now, nodes: nodes.splice(0) } }))
})
