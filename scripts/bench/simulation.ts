// How fast simulated time passes: a cluster that is healthy and has nothing to do but to look whether it still is.
import { uniformLayout } from '../../src/sim/world/layout.ts'
import { memoryHosts } from '../../src/sim/world/memory-host.ts'
import { World } from '../../src/sim/world/world.ts'

const ROUNDS = 7

function healthyWorld(nodes: number, addresses: number): World {
  const layout = uniformLayout(nodes, addresses)
  const hosts = memoryHosts(layout)
  const world = new World({ layout, hosts, era: 'now', seed: 1, startMs: 0 })
  world.start()
  if (!world.settle(120_000)) throw new Error('the simulated cluster did not come up')
  return world
}

export function benchSimulation(): void {
  const cases = [
    { nodes: 3, addresses: 3, seconds: 1_000 },
    { nodes: 10, addresses: 100, seconds: 200 },
    { nodes: 100, addresses: 1_000, seconds: 10 },
  ]
  for (const { nodes, addresses, seconds } of cases) {
    const world = healthyWorld(nodes, addresses)
    const ratios = Array.from({ length: ROUNDS }, () => {
      const startMs = performance.now()
      world.clock.advanceBy(seconds * 1000)
      return (seconds * 1000) / (performance.now() - startMs)
    }).sort((a, b) => a - b)
    const [low, middle, high] = [0, Math.floor(ROUNDS / 2), ROUNDS - 1].map((at) => Math.round(ratios[at] ?? 0))
    const what = `simulated seconds in a real one, ${nodes} nodes × ${addresses} addresses`
    console.log(`${what.padEnd(64)} median ${middle}, ${low}–${high}, ${ROUNDS} rounds`)
  }
}
