import * as Args from '@oclif/core/args'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { readTunable } from '../operations/collect/tunables.ts'
import { ctdbTunableLine } from '../ui/ctdb/tunables.ts'
import type { TunableDocument } from '../ui/documents/daemon.ts'

export default class Getvar extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = 'Show the value of a tunable'
  static override usage = 'getvar <name>'
  static override examples = ['<%= config.bin %> getvar IPAllocAlgorithm', '<%= config.bin %> -n 1 getvar noipfailback --json']
  static override args = {
    name: Args.string({ required: true, ignoreStdin: true, description: 'its name, in upper or lower case' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Getvar)
    const [pnn, tunable] = await this.fromNode(flags, (node) => readTunable(node, args.name))
    return await this.show(flags, {
      ctdb: () => ctdbTunableLine(tunable),
      json: (): TunableDocument => ({ formatVersion: 1, pnn, ...tunable }),
    })
  }
}
