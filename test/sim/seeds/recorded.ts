import type { Random } from '../../../src/sim/world/random.ts'
import { SmallWorld } from '../../support/sim-world.ts'
import { WatchedWorld } from '../../support/watched-world.ts'
import { WorldRecord } from '../../support/world-record.ts'
import { drawCluster } from './draw.ts'

const COME_UP_LIMIT_MS = 120_000
/** Not every step of the world is recorded: that would take most of the time. */
const STEPS_EACH = 4

/**
 * A random cluster that has come up, with a record of what is so from then on.
 * @param random draws the cluster.
 * @param delays draws how late what daemons tell is known; without, it is known at once.
 */
export function beginRecorded(seed: number, random: Random, delays?: Random) {
  const { layout, era, tunables, partiallyOnline, faults } = drawCluster(random)
  const small = new SmallWorld({ layout, era, seed, tunables, partiallyOnline })
  const record = new WorldRecord(small)
  small.world.start()
  small.world.settle(COME_UP_LIMIT_MS)
  small.pass(10)
  record.note()
  const watch = new WatchedWorld(small, delays)
  let steps = 0
  watch.onStep = () => {
    if (++steps % STEPS_EACH === 0) record.note()
  }
  return { era, faults, small, record, watch }
}
