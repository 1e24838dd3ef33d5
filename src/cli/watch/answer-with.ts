import { parentPort } from 'node:worker_threads'
import type { NodeFacts } from '../../lib/snapshot/snapshot.ts'
import type { Part, Question } from './thread.ts'

/** In a `Thread`: answers what it is asked, one question after the other. */
export function answerWith<Q extends Question, A>(answer: (question: Q) => A): void {
  const nodes: NodeFacts[] = []
  parentPort?.on('message', ({ facts, question }: Part<Q>) => {
    if (facts) nodes.push(facts)
    if (question) parentPort?.postMessage(answer({ ...question, snapshot: { ...question.snapshot, nodes: nodes.splice(0) } }))
  })
}
