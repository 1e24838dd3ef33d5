import { describe } from 'vitest'
import type { JoinedCounts } from './joined-judge.ts'
import { joinedSeed } from './joined-story.ts'
import { testJudgedSeeds } from './judged-seeds.ts'

/** JOINED=N takes the logs and a recording with gaps of N random clusters; SIM_SEED=S only of that one, and prints all that is known of it. */
describe('the history of a random cluster, from its logs and a recording with gaps', () => {
  testJudgedSeeds<JoinedCounts>({
    compared: 'owners and causes, and nothing is told twice',
    summary: 'histories of both',
    count: Number(process.env.JOINED ?? 20),
    thread: new URL('joined-thread.ts', import.meta.url),
    one: (seed) => {
      const { done, log, timeline, wrong } = joinedSeed(seed)
      return { wrong, lines: [...done, ...log, ...timeline] }
    },
    least: [
      { part: 'judged', of: 'clusters', share: 0.2 },
      { part: 'takesTold', of: 'takes', share: 0.97 },
      { part: 'movesExplained', of: 'moves', share: 0.75 },
      { part: 'ownersKnown', of: 'moments', share: 0.9 },
    ],
  })
})
