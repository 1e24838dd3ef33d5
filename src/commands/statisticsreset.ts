import { MirrorCommand } from '../cli/mirror-command.ts'
import { controls } from '../lib/wire/controls.ts'
import { ask } from '../operations/target-node.ts'
import type { StatisticsresetDocument } from '../ui/documents/daemon.ts'

export default class Statisticsreset extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = "Reset the statistics of a node's ctdbd"
  static override usage = 'statisticsreset'
  static override description = 'Prints nothing.'
  static override examples = ['<%= config.bin %> statisticsreset', '<%= config.bin %> -v -n 1 statisticsreset']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Statisticsreset)
    const pnn = await this.withNode(flags, async (node) => {
      await ask(node, controls.statisticsReset)
      return await node.pnn
    })
    this.tell(flags, `the statistics of node ${pnn} were reset`)
    return await this.show(flags, {
      ctdb: () => '',
      json: (): StatisticsresetDocument => ({ formatVersion: 1, pnn, reset: true }),
    })
  }
}
