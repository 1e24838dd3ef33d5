import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

/** The seeds from `from` up to but not including `to`. */
export interface SeedRange {
  readonly from: number
  readonly to: number
}

/** The seeds from 0 up to but not including `count`, in portions. */
export const batchesOf = (count: number, size: number): SeedRange[] =>
  Array.from({ length: Math.ceil(count / size) }, (_, index) => ({ from: index * size, to: Math.min((index + 1) * size, count) }))

/** What a simulation leaves behind is soon garbage, which costs less to collect in larger portions. */
const YOUNG_MB = 64

/** Works on ranges of seeds in threads, one for each core. The module of a thread answers each range with one message. */
export class SeedThreads<T> {
  private readonly module: URL
  private readonly idle: Worker[] = []
  private readonly waiting: ((thread: Worker) => void)[] = []
  private started = 0

  constructor(module: URL) {
    this.module = module
  }

  async run(range: SeedRange): Promise<T> {
    const thread = await this.take()
    thread.postMessage(range)
    const [result] = (await once(thread, 'message')) as [T]
    const next = this.waiting.shift()
    if (next) next(thread)
    else this.idle.push(thread)
    return result
  }

  async close(): Promise<void> {
    await Promise.all(this.idle.map((thread) => thread.terminate()))
  }

  private async take(): Promise<Worker> {
    const thread = this.idle.pop()
    if (thread) return thread
    if (this.started === availableParallelism()) return await new Promise((resolve) => this.waiting.push(resolve))
    this.started += 1
    return new Worker(this.module, { resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } })
  }
}
