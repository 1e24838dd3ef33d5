import { Random } from '../../../src/sim/world/random.ts'
import { RecordedWorld } from '../../support/recorded-world.ts'
import { SmallWorld } from '../../support/sim-world.ts'
import { drawCluster, drawFault } from './draw.ts'

/**
 * Some minutes of a random cluster in which much goes wrong, recorded.
 * @param onObserved called after each observation, once the first sample was seen.
 */
export function badNight(seed: number, onObserved?: (world: RecordedWorld) => void): RecordedWorld {
  const random = new Random(seed)
  const { layout, era, tunables, partiallyOnline } = drawCluster(random)
  const small = new SmallWorld({ layout, era, seed, tunables, partiallyOnline })
  small.world.start()
  small.world.settle(120_000)
  const world = new RecordedWorld(small, random, onObserved)
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
