import * as Args from '@oclif/core/args'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { unsignedNumber } from '../lib/c-number.ts'
import { requireTunable, writeTunable } from '../operations/collect/tunables.ts'
import type { TunableDocument } from '../ui/documents/daemon.ts'

export default class Setvar extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = 'Set a tunable of a node until its ctdbd ends'
  static override usage = 'setvar <name> <value>'
  static override description =
    `Other nodes keep their values. Most tunables should be equal on all nodes and be set in ctdb.tunables.
Prints nothing. Exits with 22 and prints no error for a value that is not a number (decimal, 0x… or 0…), like ctdb.`
  static override examples = ['<%= config.bin %> setvar NoIPFailback 1', '<%= config.bin %> -v -n 1 setvar NoIPFailback 0']
  static override args = {
    name: Args.string({ required: true, ignoreStdin: true, description: 'its name, in upper or lower case' }),
    value: Args.string({ required: true, ignoreStdin: true, description: 'a number from 0 to 4294967295' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Setvar)
    const { name } = args
    const { pnn, value, problems } = await this.withNode(flags, async (node) => {
      await requireTunable(node, name)
      // CTDB keeps the lower 32 bits.
      const value = Number(BigInt.asUintN(32, unsignedNumber(args.value, `the value of ${name},`)))
      return { pnn: await node.pnn, value, problems: await writeTunable(node, { name, value }) }
    })
    this.tell(flags, `${name} is now ${value} on node ${pnn}`)
    return await this.show(
      flags,
      { ctdb: () => '', json: (): TunableDocument => ({ formatVersion: 1, pnn, name, value }) },
      problems,
    )
  }
}
