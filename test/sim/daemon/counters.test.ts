import { describe, expect, it } from 'vitest'
import { recoveriesIn } from '../../../src/lib/cluster/statistics.ts'
import { Counters } from '../../../src/sim/daemon/counters.ts'

const START_MS = 1_000_000

function counting() {
  const pace = { ms: START_MS, seconds: 1 }
  const counters = new Counters({ nowMs: () => pace.ms, intervalS: () => pace.seconds })
  const recover = (atMs: number) => {
    pace.ms = START_MS + atMs
    counters.add('numRecoveries')
  }
  return { pace, counters, recover }
}

describe('the history of a daemon', () => {
  it('has what was counted in each interval that has ended, the latest first', () => {
    const { pace, counters, recover } = counting()
    recover(200)
    recover(2_100)
    recover(2_900)
    expect(counters.history().map(({ numRecoveries }) => numRecoveries)).toEqual([0, 1])
    pace.ms = START_MS + 3_000
    expect(counters.history().map(({ numRecoveries, startTime }) => [startTime.seconds, numRecoveries])).toEqual([
      [1_002, 2],
      [1_001, 0],
      [1_000, 1],
    ])
    expect(recoveriesIn(counters.history())).toEqual({ count: 3, seconds: 3 })
  })

  it('has a hundred intervals at most, also after the clock was set', () => {
    const { pace, counters, recover } = counting()
    recover(500)
    pace.ms = START_MS + 101_000
    expect(recoveriesIn(counters.history())).toEqual({ count: 0, seconds: 100 })
    pace.ms = START_MS + 1e12
    expect(counters.history()).toHaveLength(100)
    pace.ms += 1_000
    expect(counters.history()[0]?.startTime.seconds).toBe(1e9 + START_MS / 1000)
  })

  it('is empty where StatHistoryInterval is 0', () => {
    const { pace, counters } = counting()
    pace.seconds = 0
    pace.ms += 10_000
    counters.add('numRecoveries')
    expect(counters.history()).toEqual([])
    expect(recoveriesIn(counters.history())).toBeUndefined()
  })
})
