import { describe, expect, it } from 'vitest'
import { Random } from '../../../src/sim/world/random.ts'
import { badNight } from '../../sim/seeds/bad-night.ts'
import { readBack } from '../../support/recorded-world.ts'

describe('a recording of a random cluster', () => {
  it.each(Array.from({ length: 12 }, (_, index) => index + 1))('tells what was told live (seed %i)', (seed) => {
    const world = badNight(seed)
    const { timeline, tracker, reader } = readBack(world.lines)
    expect(timeline).toEqual(world.timeline)
    expect(tracker.state.addresses).toEqual(world.tracker.state.addresses)
    expect(tracker.state.nodes).toEqual(world.tracker.state.nodes)
    expect(reader.counts).toEqual({
      lines: world.lines.length,
      known: world.lines.length,
      foreign: 0,
      unknown: new Map(),
      missing: 0,
      twice: 0,
      baseless: 0,
    })
  })

  it.each(Array.from({ length: 8 }, (_, index) => index + 1))(
    'ends with the last whole line, wherever it is cut (seed %i)',
    (seed) => {
      const { lines } = badNight(seed)
      const text = lines.join('')
      const cut = new Random(seed).between(lines[0]?.length ?? 0, text.length - 1)
      const whole = text.slice(0, cut).split('\n').length - 1
      const { timeline } = readBack(text.slice(0, cut).split('\n'))
      expect(timeline).toEqual(readBack(lines.slice(0, whole)).timeline)
    },
  )
})
