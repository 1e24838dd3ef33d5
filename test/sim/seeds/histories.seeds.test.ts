import { describe } from 'vitest'
import { type HistoryCounts, historySeed } from './history-story.ts'
import { testJudgedSeeds } from './judged-seeds.ts'

/**
 * HISTORIES=N reads the logs of N random clusters; SIM_SEED=S only of that one, and prints what was done, the log, and what the history says.
 * SIM_SEEDS raises the number too, but only up to where all is known to be so. By hand, in a quarter of an hour:
 * `HISTORIES=10000 npx vitest run --project seeds test/sim/seeds/histories.seeds.test.ts`
 */
const SURE = 10_000

describe('the history of a random cluster, from its logs', () => {
  testJudgedSeeds<HistoryCounts>({
    compared: 'owners, order, times and causes',
    summary: 'histories',
    count: Number(process.env.HISTORIES ?? Math.min(SURE, Number(process.env.SIM_SEEDS ?? 40))),
    thread: new URL('history-thread.ts', import.meta.url),
    one: (seed) => {
      const { done, log, timeline, wrong } = historySeed(seed)
      return { wrong, lines: [...done, ...log, ...timeline] }
    },
    least: [
      { part: 'judged', of: 'clusters', share: 0.75 },
      { part: 'movesExplained', of: 'moves', share: 0.8 },
      { part: 'timesBounded', of: 'takes', share: 0.95 },
    ],
  })
})
