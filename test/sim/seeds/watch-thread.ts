import { parentPort } from 'node:worker_threads'
import type { SeedRange } from './seed-threads.ts'
import type { WatchResult } from './watch-judge.ts'
import { watchSeed } from './watch-story.ts'

/** Timelines are only for reading. */
function check(seed: number): WatchResult {
  return { ...watchSeed(seed), timeline: [] }
}

parentPort?.on('message', ({ from, to }: SeedRange) => {
  parentPort?.postMessage(Array.from({ length: to - from }, (_, index) => check(from + index)))
})
