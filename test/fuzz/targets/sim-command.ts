import { parseSimCommand, SIM_COMMANDS, usageOf } from '../../../src/sim/world/commands.ts'
import { SmallWorld } from '../../support/sim-world.ts'
import { textOf } from '../shown.ts'
import type { FuzzTarget } from '../target.ts'

let small: SmallWorld | undefined

/** Commands of scenarios and of the prompt against a world; they are checked, but not carried out. */
export const target: FuzzTarget = {
  covers: ['src/sim/world/{commands,command-arguments}.ts'],
  refusals: ['BAD_COMMAND'],
  words: [...SIM_COMMANDS.map(usageOf), '0', '2', 'leader', 'eth1', '10.0.0.1/24', 'monitor', 'takeip'],
  seeds: () => [
    ...SIM_COMMANDS.map(usageOf),
    'link 0 eth1 up',
    'script 1 monitor fail',
    'file-add 0 10.0.0.77/24 eth1',
    'part 0,1',
  ],
  check(input) {
    small ??= new SmallWorld()
    const { command, values } = parseSimCommand(textOf(input))
    command.prepare(small.world, values)
  },
}
