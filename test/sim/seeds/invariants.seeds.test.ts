import { afterAll, describe, type ExpectStatic, expect, it } from 'vitest'
import type { SeedResult } from './seed-thread.ts'
import { batchesOf, SeedThreads } from './seed-threads.ts'
import { simulate } from './simulate.ts'

/** SIM_SEEDS=N simulates N seeds; SIM_SEED=S only that one, and prints its log. */
const count = Number(process.env.SIM_SEEDS ?? 200)
const only = process.env.SIM_SEED === undefined ? undefined : Number(process.env.SIM_SEED)
const BATCH = 100
/** Generous, even for a slow machine that runs other batches at the same time. */
const LIMIT_MS_PER_SEED = 2_000

const totals = { seeds: 0, faults: 0, seconds: 0 }

function check(result: SeedResult, expect: ExpectStatic): void {
  const { seed, violations, faults, faultCount, simulatedMs, logHash, secondLogHash } = result
  totals.seeds += 1
  totals.faults += faultCount
  totals.seconds += simulatedMs / 1000
  const how = `SIM_SEED=${seed} npm run test:sim shows it; what was done: ${faults.join('; ')}`
  expect(violations, how).toEqual([])
  expect(secondLogHash ?? logHash, `the same log twice; ${how}`).toBe(logHash)
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
  const threads = new SeedThreads<readonly SeedResult[]>(new URL('seed-thread.ts', import.meta.url))
  afterAll(async () => {
    await threads.close()
    const { seeds, faults, seconds } = totals
    process.stdout.write(`${seeds} seeds, ${faults} faults, ${Math.round(seconds)} simulated seconds\n`)
  })
  for (const { from, to } of batchesOf(count, BATCH)) {
    it.concurrent(`keep all invariants, seeds ${from} to ${to - 1}`, { timeout: BATCH * LIMIT_MS_PER_SEED }, async ({
      expect,
    }) => {
      const results = await threads.run({ from, to })
      expect(results).toHaveLength(to - from)
      for (const result of results) check(result, expect)
    })
  }
})
