import { afterAll, describe, expect, it } from 'vitest'
import { type DatabaseStory, simulateDatabases } from './databases.ts'
import { batchesOf, SeedThreads } from './seed-threads.ts'

/** SIM_SEEDS=N simulates N seeds, DATABASES=N too; SIM_SEED=S only that one. */
const count = Number(process.env.DATABASES ?? process.env.SIM_SEEDS ?? 120)
const only = process.env.SIM_SEED === undefined ? undefined : Number(process.env.SIM_SEED)
const BATCH = 30
const LIMIT_MS_PER_SEED = 2_000

describe('databases of random clusters', () => {
  if (only !== undefined) {
    it(`seed ${only}`, { timeout: 60_000 }, () => {
      const { violations, faults } = simulateDatabases(only)
      expect(violations, faults.join('; ')).toEqual([])
    })
    return
  }
  const threads = new SeedThreads<readonly DatabaseStory[]>(new URL('databases-thread.ts', import.meta.url))
  const totals = { transactions: 0, changes: 0 }
  afterAll(async () => {
    await threads.close()
    process.stdout.write(`${totals.transactions} transactions and ${totals.changes} changes of records on databases\n`)
  })
  for (const { from, to } of batchesOf(count, BATCH)) {
    const name = `have one master for each record, and lose no transaction, seeds ${from} to ${to - 1}`
    it.concurrent(name, { timeout: BATCH * LIMIT_MS_PER_SEED }, async ({ expect }) => {
      const stories = await threads.run({ from, to })
      expect(stories).toHaveLength(to - from)
      for (const [index, { violations, faults, committed, changes }] of stories.entries()) {
        expect(violations, `SIM_SEED=${from + index} npm run test:sim shows it; what was done: ${faults.join('; ')}`).toEqual([])
        totals.transactions += committed
        totals.changes += changes
      }
      // Clusters in which nothing happens would prove nothing.
      expect(stories.filter(({ committed, changes }) => committed > 10 && changes > 10).length).toBeGreaterThan(
        stories.length / 2,
      )
    })
  }
})
