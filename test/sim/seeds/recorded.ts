import type { Random } from '../../../src/sim/world/random.ts'
import { SmallWorld } from '../../support/sim-world.ts'
import type { WatchedWorld } from '../../support/watched-world.ts'
import { WorldRecord } from '../../support/world-record.ts'
import { drawCluster } from './draw.ts'

const COME_UP_LIMIT_MS = 120_000
/** Not every step of the world is recorded: that would take most of the time. */
const STEPS_EACH = 4
/** Samples so soon after an event. */
const SOON_MS = 80
const CHUNK_MS = 20

/**
 * A random cluster that has come up, with a record of what is so from then on.
 * @param random draws the cluster.
 * @param watchOf who watches it.
 * @param stepsEach so many steps of the world for each record.
 */
export function beginRecorded<W extends WatchedWorld>(
  seed: number,
  random: Random,
  watchOf: (small: SmallWorld) => W,
  stepsEach = STEPS_EACH,
) {
  const { layout, era, tunables, partiallyOnline, faults } = drawCluster(random)
  const small = new SmallWorld({ layout, era, seed, tunables, partiallyOnline })
  const record = new WorldRecord(small)
  small.world.start()
  small.world.settle(COME_UP_LIMIT_MS)
  small.pass(10)
  record.note()
  const watch = watchOf(small)
  let steps = 0
  watch.onStep = () => {
    if (++steps % stepsEach === 0) record.note()
  }
  return { era, faults, small, record, watch }
}

/**
 * Lets time pass as a follower sees it.
 * @param look takes a sample: once in `intervalMs`, and soon after something was told.
 * @param onPassed called after each piece of time between samples.
 * @returns for how many milliseconds to follow.
 */
export function following(
  watch: WatchedWorld,
  intervalMs: number,
  look: () => void,
  onPassed: () => void = () => {},
): (ms: number) => void {
  let dueMs = watch.nowMs
  watch.onTold = () => {
    dueMs = Math.min(dueMs, watch.nowMs + SOON_MS)
  }
  return (ms) => {
    for (const endMs = watch.nowMs + ms; watch.nowMs < endMs; ) {
      if (watch.nowMs < dueMs) {
        watch.pass(Math.min(CHUNK_MS, dueMs - watch.nowMs, endMs - watch.nowMs))
        onPassed()
        continue
      }
      dueMs = watch.nowMs + intervalMs
      look()
      dueMs = Math.max(dueMs, watch.nowMs + 1)
    }
  }
}
