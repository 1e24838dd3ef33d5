import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { NodeLogs } from '../../src/sim/serve/node-logs.ts'
import { carryOutLine } from '../../src/sim/world/commands.ts'
import { uniformLayout } from '../../src/sim/world/layout.ts'
import { memoryHosts } from '../../src/sim/world/memory-host.ts'
import { QUICK_LEADER_TIMEOUT_MS, QUICK_TUNABLES } from '../../src/sim/world/quick-tunables.ts'
import { parseScenario } from '../../src/sim/world/scenario.ts'
import { World } from '../../src/sim/world/world.ts'

const ROOT = join(import.meta.dirname, '../..')
/** The scenarios of which docs/examples has the logs of all nodes, and when they begin. */
const SCENARIOS = {
  'network-restart': Date.UTC(2026, 10, 28, 3),
  night: Date.UTC(2026, 10, 28, 3),
}
/** How long logs go on after the last step of a scenario. */
const REST_MS = 15_000

/** The logs of the nodes in the scenarios of docs/examples, for pages that explain them. */
export const exampleLogs = (): Record<string, string> =>
  Object.fromEntries(Object.entries(SCENARIOS).flatMap(([name, startMs]) => logsOf(name, startMs)))

function logsOf(name: string, startMs: number): [path: string, text: string][] {
  const file = `docs/examples/${name}.scenario`
  const { nodes = 3, addresses = 3, era = 'now', seed = 1, steps } = parseScenario(readFileSync(join(ROOT, file), 'utf8'), file)
  const layout = uniformLayout(nodes, addresses)
  const logs = new NodeLogs(era)
  const world = new World({
    layout,
    hosts: memoryHosts(layout),
    era,
    seed,
    startMs,
    tunables: QUICK_TUNABLES,
    leaderTimeoutMs: QUICK_LEADER_TIMEOUT_MS,
    log: (entry) => logs.write(entry),
  })
  world.start()
  while (!world.isHealthy) world.clock.advanceTo(world.clock.nowMs + 100)
  const readyMs = world.clock.nowMs
  for (const { atMs, command } of steps) {
    world.clock.advanceTo(readyMs + atMs)
    carryOutLine(world, command)
  }
  world.clock.advanceTo(world.clock.nowMs + REST_MS)
  return world.nodes.map(({ pnn }) => [`docs/examples/${name}/node${pnn}.log`, logs.textOf(pnn)])
}
