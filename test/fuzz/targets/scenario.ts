import assert from 'node:assert/strict'
import { SIM_COMMANDS, usageOf } from '../../../src/sim/world/commands.ts'
import { parseScenario } from '../../../src/sim/world/scenario.ts'
import { textOf } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

export const target: FuzzTarget = {
  covers: ['src/sim/world/scenario.ts'],
  refusals: ['BAD_SCENARIO'],
  words: SIM_COMMANDS.map(usageOf),
  seeds: () => ['nodes 3\naddresses 6\nseed 7\nera 2017\nat 1.5 crash 1 # comment\nat +10 boot 1\nat 3 link 0 eth1 down\n'],
  check(input) {
    const scenario = parseScenario(textOf(input), 'FILE')
    const { steps, ...settings } = scenario
    for (const { atMs } of steps) assert.ok(Number.isSafeInteger(atMs) && atMs >= 0)
    const written = [
      ...Object.entries(settings).map(([name, value]) => `${name} ${value}`),
      ...steps.map(({ atMs, command }) => `at ${(atMs / 1000).toFixed(3)} ${command}`),
    ]
    const again = parseScenario(written.join('\n'), 'FILE')
    const unnumbered = steps.map(({ atMs, command }) => ({ atMs, command }))
    assert.deepEqual(
      again.steps.map(({ atMs, command }) => ({ atMs, command })),
      unnumbered,
    )
  },
}
