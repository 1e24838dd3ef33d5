import { dirname, extname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import type { NodeFacts, Snapshot } from '../../lib/snapshot/snapshot.ts'
import type { Edit } from '../../lib/takeover/what-if.ts'
import type { Planned } from '../../ui/watch/model.ts'

/** What is to be foreseen: what a takeover run would do, were these things otherwise. */
export interface PlanQuestion {
  readonly now: Snapshot
  readonly edits: readonly Edit[]
}

/** What goes to the thread: the facts of one node after the other, and then the question, without them. */
export interface PlanPart {
  readonly facts?: NodeFacts
  readonly question?: PlanQuestion
}

/** The file beside this one: as it is when this is a source, bundled when this is. */
const WORKER_PATH = join(dirname(import.meta.filename), `plan-worker${extname(import.meta.filename)}`)

/** Asks the planner in a thread of its own, as it takes seconds for thousands of addresses. A newer question drops an older one. */
export class Planner implements Disposable {
  private worker: Worker | undefined
  private waiting: ((answer: Planned | undefined) => void) | undefined

  /** The answer, or why there is none; undefined when a newer question came before it. */
  async ask(question: PlanQuestion): Promise<Planned | undefined> {
    if (this.waiting) this.drop()
    const { promise, resolve } = Promise.withResolvers<Planned | undefined>()
    this.waiting = resolve
    this.worker ??= this.start()
    void this.send(this.worker, question)
    return await promise
  }

  [Symbol.dispose](): void {
    this.drop()
  }

  /** Bit by bit, as copying all that is known of a large cluster at once would hold up the keys. */
  private async send(worker: Worker, { now, edits }: PlanQuestion): Promise<void> {
    const post = (part: PlanPart) => worker.postMessage(part)
    for (const { host: _, ...facts } of now.nodes) {
      await setImmediate()
      post({ facts })
    }
    post({ question: { now: { ...now, nodes: [] }, edits } })
  }

  private start(): Worker {
    const worker = new Worker(WORKER_PATH)
    worker.on('message', (answer: Planned) => this.answer(worker, answer))
    worker.on('error', (error: Error) => {
      this.answer(worker, { state: 'failed', why: `the planner has failed: ${error.message}` })
      if (this.worker === worker) this.worker = undefined
    })
    // Nobody who ends has to wait for it.
    worker.unref()
    return worker
  }

  private answer(by: Worker, answer: Planned): void {
    if (by !== this.worker) return
    this.waiting?.(answer)
    this.waiting = undefined
  }

  /** What is being worked out is wanted no more. */
  private drop(): void {
    void this.worker?.terminate()
    this.worker = undefined
    this.waiting?.(undefined)
    this.waiting = undefined
  }
}
