import { parentPort } from 'node:worker_threads'
import type { SeedRange } from './seed-threads.ts'
import { type Story, simulate } from './simulate.ts'

/** The result of a seed. */
export interface SeedResult extends Omit<Story, 'log'> {
  /** The log's hash in the second run, if there was one. */
  readonly secondLogHash?: string
}

/** Every n-th seed is simulated a second time. */
const TWICE = 5

function check(seed: number): SeedResult {
  const { log: _, ...story } = simulate(seed)
  return seed % TWICE === 0 ? { ...story, secondLogHash: simulate(seed).logHash } : story
}

parentPort?.on('message', ({ from, to }: SeedRange) => {
  parentPort?.postMessage(Array.from({ length: to - from }, (_, index) => check(from + index)))
})
