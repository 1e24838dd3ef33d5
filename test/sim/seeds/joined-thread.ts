import { parentPort } from 'node:worker_threads'
import { type JoinedResult, joinedSeed } from './joined-story.ts'
import type { SeedRange } from './seed-threads.ts'

/** Timelines and logs are only for reading. */
const check = (seed: number): JoinedResult => ({ ...joinedSeed(seed), timeline: [], log: [] })

parentPort?.on('message', ({ from, to }: SeedRange) => {
  parentPort?.postMessage(Array.from({ length: to - from }, (_, index) => check(from + index)))
})
