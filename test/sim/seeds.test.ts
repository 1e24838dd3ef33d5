import { describe, expect, it } from 'vitest'
import { simulate } from './simulate.ts'

/** SIM_SEEDS=N simulates so many; SIM_SEED=S only that one, and shows its log. */
const count = Number(process.env.SIM_SEEDS ?? 300)
const only = process.env.SIM_SEED === undefined ? undefined : Number(process.env.SIM_SEED)
const BATCH = 100
/** So slow is no machine. */
const LIMIT_MS_PER_SEED = 1_000
/** Every so many seeds are simulated a second time, which has to be the same story. */
const TWICE = 5

const totals = { seeds: 0, faults: 0, seconds: 0 }

function check(seed: number): void {
  const story = simulate(seed)
  totals.seeds += 1
  totals.faults += story.faultCount
  totals.seconds += story.simulatedMs / 1000
  const how = `SIM_SEED=${seed} npm run test:sim shows it; what was done: ${story.faults.join('; ')}`
  expect(story.violations, how).toEqual([])
  if (seed % TWICE === 0) expect(simulate(seed).logHash, `the same log twice; ${how}`).toBe(story.logHash)
}

describe('random clusters and faults', () => {
  if (only !== undefined) {
    it(`seed ${only}`, { timeout: 60_000 }, () => {
      const { log, violations } = simulate(only, { keepLog: true })
      process.stdout.write(`${log.join('\n')}\n`)
      expect(violations).toEqual([])
    })
    return
  }
  for (let from = 0; from < count; from += BATCH) {
    const to = Math.min(from + BATCH, count)
    it(`keep what must always be so, seeds ${from} to ${to - 1}`, { timeout: BATCH * LIMIT_MS_PER_SEED }, () => {
      for (let seed = from; seed < to; seed++) check(seed)
      if (to === count) {
        const { seeds, faults, seconds } = totals
        process.stdout.write(`${seeds} seeds, ${faults} faults, ${Math.round(seconds)} simulated seconds\n`)
      }
    })
  }
})
