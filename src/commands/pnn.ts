import { MirrorCommand } from '../cli/mirror-command.ts'
import type { PnnDocument } from '../ui/documents/nodes.ts'

export default class Pnn extends MirrorCommand {
  static override readonly group = 'nodes'
  static override summary = 'Show the PNN of the local node'
  static override usage = 'pnn'
  static override examples = ['<%= config.bin %> pnn', '<%= config.bin %> pnn --host node1']
  // ctdb overlooks words that are too many.
  static override strict = false
  protected override readonly remote = false

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Pnn)
    const pnn = await this.withNode(flags, (node) => node.pnn)
    return await this.show(flags, { ctdb: () => `${pnn}\n`, json: (): PnnDocument => ({ formatVersion: 1, pnn }) })
  }
}
