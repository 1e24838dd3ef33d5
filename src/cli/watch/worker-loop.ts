import { parentPort } from 'node:worker_threads'
import type { NodeFacts } from '../../lib/snapshot/snapshot.ts'
import type { WorkerTask, WorkerTaskPart } from './worker-thread.ts'

/** In a `WorkerThread`: runs its tasks, one after the other. */
export function runTasks<T extends WorkerTask, R>(result: (task: T) => R): void {
  const nodes: NodeFacts[] = []
  parentPort?.on('message', ({ facts, task }: WorkerTaskPart<T>) => {
    if (facts) nodes.push(facts)
    if (task) parentPort?.postMessage(result({ ...task, snapshot: { ...task.snapshot, nodes: nodes.splice(0) } }))
  })
}
