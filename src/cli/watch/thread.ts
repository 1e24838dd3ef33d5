import { dirname, extname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { CtdbtsError } from '../../lib/errors.ts'
import type { NodeFacts, Snapshot } from '../../lib/snapshot/snapshot.ts'

/** What a thread is asked is about a cluster as it is at some moment. */
export interface Question {
  readonly snapshot: Snapshot
}

/** What goes to the thread: the facts of one node after the other, and then the question, without them. */
export interface Part<Q extends Question> {
  readonly facts?: NodeFacts
  readonly question?: Q
}

/** As it is when this is a source, bundled when this is. */
const EXTENSION = extname(import.meta.filename)

/**
 * A thread that works out what takes seconds for thousands of addresses, so that nothing is held up by it. It starts with the first question,
 * anew after a failure, and keeps nobody from ending.
 */
export class Thread<Q extends Question, A> implements Disposable {
  private readonly path: string
  private worker: Worker | undefined
  private waiting: PromiseWithResolvers<A | undefined> | undefined

  /** @param name of the program that it runs, a file beside this one, which calls `answerWith`. */
  constructor(name: string) {
    this.path = join(dirname(import.meta.filename), `${name}${EXTENSION}`)
  }

  get isBusy(): boolean {
    return this.waiting !== undefined
  }

  /**
   * To be asked one question after the other.
   * @returns undefined when it was dropped.
   * @throws CtdbtsError THREAD_FAILED; what it had remembered is lost then.
   */
  async ask(question: Q): Promise<A | undefined> {
    this.waiting = Promise.withResolvers()
    const { promise } = this.waiting
    this.worker ??= this.start()
    void send(this.worker, question)
    return await promise
  }

  /** What is being worked out is wanted no more. */
  drop(): void {
    void this.worker?.terminate()
    this.worker = undefined
    this.waiting?.resolve(undefined)
    this.waiting = undefined
  }

  [Symbol.dispose](): void {
    this.drop()
  }

  private start(): Worker {
    const worker = new Worker(this.path, { resourceLimits: { maxYoungGenerationSizeMb: 8 } })
    worker.on('message', (answer: A) => {
      if (worker !== this.worker) return
      this.waiting?.resolve(answer)
      this.waiting = undefined
    })
    worker.on('error', (error: Error) => {
      if (worker !== this.worker) return
      this.waiting?.reject(new CtdbtsError('THREAD_FAILED', error.message))
      this.waiting = undefined
      this.worker = undefined
    })
    worker.unref()
    return worker
  }
}

/** Bit by bit, as copying all that is known of a large cluster at once would hold up the keys. */
async function send<Q extends Question>(worker: Worker, question: Q): Promise<void> {
  const post = (part: Part<Q>) => worker.postMessage(part)
  for (const facts of question.snapshot.nodes) {
    await setImmediate()
    post({ facts })
  }
  post({ question: { ...question, snapshot: { ...question.snapshot, nodes: [] } } })
}
