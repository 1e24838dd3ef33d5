import { describe, expect, it } from 'vitest'
import { Random } from '../../../src/sim/world/random.ts'
import { drawCluster, drawFault } from '../../sim/seeds/draw.ts'
import { RecordedWorld, readBack } from '../../support/recorded-world.ts'
import { SmallWorld } from '../../support/sim-world.ts'

/** Some minutes in which much goes wrong. */
function badNight(seed: number): RecordedWorld {
  const random = new Random(seed)
  const { layout, era, tunables, partiallyOnline } = drawCluster(random)
  const small = new SmallWorld({ layout, era, seed, tunables, partiallyOnline })
  small.world.start()
  small.world.settle(120_000)
  const world = new RecordedWorld(small, random)
  world.look()
  for (let faults = random.between(3, 8); faults > 0; faults--) {
    small.do(drawFault(random, small.world))
    for (let looks = random.between(1, 4); looks > 0; looks--) {
      world.pass(random.between(0, 3_000))
      world.look({ spreadMs: random.pick([0, 20, 300]), kernels: random.percent(80) })
    }
  }
  return world
}

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
