import { parentPort } from 'node:worker_threads'
import { type Tried, tryOutlooks, tryRemedies } from './advice.ts'
import type { SeedRange } from './seed-threads.ts'

/** What came of the predictions and of the advice of the audit of a seed. */
export interface AdviceResult {
  readonly seed: number
  readonly outlooks: Tried
  readonly remedies: Tried
}

parentPort?.on('message', ({ from, to }: SeedRange) => {
  const results = Array.from({ length: to - from }, (_, index): AdviceResult => {
    const seed = from + index
    return { seed, outlooks: tryOutlooks(seed), remedies: tryRemedies(seed) }
  })
  parentPort?.postMessage(results)
})
