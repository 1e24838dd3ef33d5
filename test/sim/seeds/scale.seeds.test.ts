import { expect, it } from 'vitest'
import { carryOutLine } from '../../../src/sim/world/commands.ts'
import { uniformLayout } from '../../../src/sim/world/layout.ts'
import { memoryHosts } from '../../../src/sim/world/memory-host.ts'
import { World } from '../../../src/sim/world/world.ts'
import { whyNotAtRest } from './rest.ts'

const NODES = 60
const ADDRESSES = 600
const LOST = 6

it(`${NODES} nodes with ${ADDRESSES} addresses come up, and survive the loss of ${LOST} nodes`, { timeout: 120_000 }, () => {
  const layout = uniformLayout(NODES, ADDRESSES)
  const hosts = memoryHosts(layout)
  const world = new World({ layout, hosts, era: 'now', seed: 1, startMs: 0 })
  world.start()
  expect(world.settle(60_000)).toBe(true)
  expect(whyNotAtRest(world, hosts, { stoppedToo: true })).toBeUndefined()
  for (let lost = 0; lost < LOST; lost++) carryOutLine(world, `crash ${lost * 9}`)
  // CTDB's own timers: 25 s until a silent node counts as dead.
  world.clock.advanceBy(60_000)
  expect(whyNotAtRest(world, hosts, { stoppedToo: true })).toBeUndefined()
  const held = hosts.flatMap((host) => host.held.filter(({ interfaceName, secondary }) => interfaceName === 'bond0' && secondary))
  expect(new Set(held.map(({ address }) => address)).size).toBe(ADDRESSES)
  expect(held).toHaveLength(ADDRESSES)
})
