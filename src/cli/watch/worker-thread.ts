import { dirname, extname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { CtdbtsError } from '../../lib/errors.ts'
import type { NodeFacts, Snapshot } from '../../lib/snapshot/snapshot.ts'

/** A task for a thread: it works with a snapshot of the cluster. */
export interface WorkerTask {
  readonly snapshot: Snapshot
}

/** A message to the thread: first the facts of each node, one by one, then the task without them. */
export interface WorkerTaskPart<T extends WorkerTask> {
  readonly facts?: NodeFacts
  readonly task?: T
}

/** The workers are sources when this file is one, and bundled when it is. */
const EXTENSION = extname(import.meta.filename)

/**
 * A thread for work that takes seconds for thousands of addresses, so that it does not block the program. It starts with the first task,
 * starts again after a failure, and does not keep the process alive.
 */
export class WorkerThread<T extends WorkerTask, R> implements Disposable {
  private readonly path: string
  private worker: Worker | undefined
  private waiting: PromiseWithResolvers<R | undefined> | undefined

  /** @param name of the worker, a file beside this one that calls `runTasks`. */
  constructor(name: string) {
    this.path = join(dirname(import.meta.filename), `${name}${EXTENSION}`)
  }

  get isBusy(): boolean {
    return this.waiting !== undefined
  }

  /**
   * Runs a task. Call it with one task after the other.
   * @returns its result; undefined when the task was dropped.
   * @throws CtdbtsError THREAD_FAILED; the thread's memory is lost then.
   */
  async run(task: T): Promise<R | undefined> {
    this.waiting = Promise.withResolvers()
    const { promise } = this.waiting
    this.worker ??= this.start()
    void send(this.worker, task)
    return await promise
  }

  /** Drops the running task. */
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
    worker.on('message', (result: R) => {
      if (worker !== this.worker) return
      this.waiting?.resolve(result)
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

/** Sends a task in parts, as copying a large snapshot at once would block the keyboard. */
async function send<T extends WorkerTask>(worker: Worker, task: T): Promise<void> {
  const post = (part: WorkerTaskPart<T>) => worker.postMessage(part)
  for (const facts of task.snapshot.nodes) {
    await setImmediate()
    post({ facts })
  }
  post({ task: { ...task, snapshot: { ...task.snapshot, nodes: [] } } })
}
