import { parentPort } from 'node:worker_threads'
import { type HistoryResult, historySeed } from './history-story.ts'
import type { SeedRange } from './seed-threads.ts'

/** Timelines and logs are only for reading. */
const check = (seed: number): HistoryResult => ({ ...historySeed(seed), timeline: [], log: [] })

parentPort?.on('message', ({ from, to }: SeedRange) => {
  parentPort?.postMessage(Array.from({ length: to - from }, (_, index) => check(from + index)))
})
