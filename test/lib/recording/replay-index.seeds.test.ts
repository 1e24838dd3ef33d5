import { describe, expect, it } from 'vitest'
import type { ClusterState } from '../../../src/lib/watch/cluster-state.ts'
import { Random } from '../../../src/sim/world/random.ts'
import { badNight } from '../../sim/seeds/bad-night.ts'
import { readBack } from '../../support/recorded-world.ts'
import { indexOf, shownAt } from '../../support/replay.ts'

interface Live {
  readonly state: ClusterState
  readonly entries: number
}

/** What changes with every sample is not in a recording. */
const withoutSample = ({ snapshot: _, ...state }: ClusterState) => state

describe('a moment of a recording of a random cluster', () => {
  it.each(Array.from({ length: 6 }, (_, index) => index + 1))('shows what was shown live (seed %i)', (seed) => {
    const live: Live[] = []
    const world = badNight(seed, ({ tracker, timeline }) => live.push({ state: tracker.state, entries: timeline.length }))
    const index = indexOf(world.lines)
    expect(index.count).toBe(live.length)
    const random = new Random(seed)
    for (let looks = 0; looks < 40; looks++) {
      const moment = random.between(0, live.length - 1)
      const shown = shownAt(index, moment, world.lines)
      expect(withoutSample(shown.state)).toEqual(withoutSample(live[moment]?.state as ClusterState))
      expect(shown.timeline).toEqual(world.timeline.slice(0, live[moment]?.entries).map((entry) => ({ ...entry, lines: [] })))
    }
    const { tracker } = readBack(world.lines)
    expect(shownAt(index, index.count - 1, world.lines).state).toEqual(tracker.state)
  })
})
