import { expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { Random } from '../../../src/sim/world/random.ts'
import { healthyCluster } from '../../support/audit-cluster.ts'
import { flagged, given, held, Watch } from '../../support/watch.ts'

/** How many values an object holds, through and through; snapshots are not its own. */
function countIn(value: unknown, seen = new Set<unknown>()): number {
  if (typeof value !== 'object' || value === null) return 1
  if (seen.has(value)) return 0
  seen.add(value)
  const entries = value instanceof Map ? [...value].flat() : value instanceof Set ? [...value] : Object.entries(value).flat()
  return entries.reduce<number>((count, each) => (each === 'snapshot' ? count : count + countIn(each, seen)), 1)
}

it('memory does not grow, whatever happens, for however long', () => {
  const random = new Random(1)
  const calm = healthyCluster()
  const watch = new Watch(calm)
  const addresses = watch.tracker.state.addresses.map(({ address }) => address)
  let second = 0
  let snapshot = calm
  const round = () => {
    second += 1
    const address = random.pick(addresses)
    const pnn = random.between(0, 2)
    watch.tell(second, pnn, random.pick(['TAKE_IP', 'RELEASE_IP']), random.pick([address, `10.77.0.${random.between(1, 250)}`]))
    watch.tell(second, pnn, random.pick(['START_IPREALLOCATE', 'IPREALLOCATED', 'RECONFIGURE']))
    watch.disable(second, pnn, random.pick([0, 20, 60]), { by: random.between(0, 2), wantsAnswer: random.percent(50) })
    watch.tracker.observe({ kind: 'done', atMs: second, text: 'something', pnns: [pnn], addresses: [] })
    snapshot = flagged(snapshot, pnn, random.pick([0, NODE_FLAG.DISABLED, NODE_FLAG.DISCONNECTED]))
    snapshot = random.percent(50) ? given(snapshot, address, pnn) : held(snapshot, pnn, address, random.percent(50))
    watch.see(second + 0.5, snapshot, second + random.pick([0.4, -0.5]))
  }
  const sizeAfter = (rounds: number) => {
    for (let count = 0; count < rounds; count++) round()
    // All that waits for an end has it.
    for (const later of [1_000, 1_020, 1_040]) watch.see(second + later, calm)
    second += 1_040
    return countIn(watch.tracker)
  }
  const early = sizeAfter(300)
  const late = sizeAfter(3_000)
  expect(late).toBeLessThan(early * 1.2)
  expect(watch.tracker.state.addresses).toHaveLength(addresses.length)
})
