import { Random } from '../../../src/sim/world/random.ts'
import { START_MS } from '../../support/sim-world.ts'
import { MAX_LAG_MS, WatchedWorld } from '../../support/watched-world.ts'
import { drawTrouble } from './draw.ts'
import { beginRecorded, following } from './recorded.ts'
import { WatchJudge, type WatchResult } from './watch-judge.ts'

const EVENTS = ['takeip', 'releaseip', 'ipreallocated'] as const

/** Watches a random cluster with random faults, and compares what the watch says with what really happened. */
export function watchSeed(seed: number): WatchResult {
  const random = new Random(seed)
  const { faults, small, record, watch } = beginRecorded(seed, random, (world) => new WatchedWorld(world, random))
  const intervalMs = random.pick([500, 1_000, 2_000, 5_000, 10_000])
  const spreadMs = random.pick([0, 20, 300, 1_500])
  const kernelPercent = random.pick([100, 100, 80, 0])
  const direct = random.percent(50)
  const judge = new WatchJudge(watch, record)
  const look = () => {
    const beganMs = watch.nowMs
    const snapshot = watch.look({ spreadMs, kernels: random.percent(kernelPercent), direct })
    record.note()
    judge.entries()
    if (snapshot) judge.sample(snapshot, beganMs)
  }
  const follow = following(watch, intervalMs, look, () => judge.entries())
  follow(3 * intervalMs)
  const done: string[] = []
  const carryOut = (line: string) => {
    done.push(`at ${(watch.nowMs - START_MS) / 1_000} ${line}`)
    small.do(line)
  }
  for (let count = faults; count > 0; count--) {
    const { pnn, scripts, daemon } = random.pick(small.world.nodes)
    const kind = random.between(0, 9)
    if (kind === 0) {
      const [event, laterMs] = [random.pick(EVENTS), random.pick([0, 500, 3_000])]
      scripts.laterMs.set(event, laterMs)
      done.push(`later ${pnn} ${event} ${laterMs}`)
    } else if (kind === 1 && daemon) {
      carryOut(`kill ${pnn}`)
      follow(random.between(1, 300))
      carryOut(`start ${pnn}`)
    } else carryOut(drawTrouble(random, small.world, seed))
    follow(random.percent(50) ? random.between(0, 1_500) : random.between(0, 20_000))
  }
  follow(15_000 + MAX_LAG_MS)
  return judge.result(seed, done)
}
