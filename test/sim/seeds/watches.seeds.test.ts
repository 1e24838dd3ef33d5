import { describe } from 'vitest'
import { testJudgedSeeds } from './judged-seeds.ts'
import type { WatchCounts } from './watch-judge.ts'
import { watchSeed } from './watch-story.ts'

/** SIM_SEEDS=N watches N random clusters, WATCHES=N too; SIM_SEED=S only that one, and prints what was done and what the watch said. */
const count = Number(process.env.WATCHES ?? process.env.SIM_SEEDS ?? 200)
/** From so many seeds on, chance makes little difference. */
const MANY = 500

describe('what a watch says of a random cluster', () => {
  testJudgedSeeds<WatchCounts>({
    compared: 'owners, kernels, times and causes',
    summary: 'watched',
    count,
    thread: new URL('watch-thread.ts', import.meta.url),
    one: (seed) => {
      const { done, timeline, wrong } = watchSeed(seed)
      return { wrong, lines: [...done, ...timeline] }
    },
    // In many seeds it explains 0.36 of the runs: most of the others are asked for less than half a second before, so that it is not known which
    // came first.
    least: [
      { part: 'runsExplained', of: 'runs', share: 0.33 },
      { part: 'recoveriesExplained', of: 'recoveries', share: count < MANY ? 0.1 : 0.25 },
      { part: 'movesExplained', of: 'moves', share: 0.45 },
      { part: 'movesTimed', of: 'moves', share: 0.6 },
    ],
  })
})
