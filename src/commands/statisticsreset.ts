import { MirrorCommand } from '../cli/mirror-command.ts'
import { ask } from '../transport/asked-node.ts'
import { controls } from '../transport/wire/controls.ts'

export default class Statisticsreset extends MirrorCommand {
  static override summary = "let a node's ctdbd count from zero again"
  static override usage = 'statisticsreset'
  static override description = 'Prints nothing.'
  static override examples = ['<%= config.bin %> statisticsreset', '<%= config.bin %> -v -n 1 statisticsreset']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Statisticsreset)
    const pnn = await this.withNode(flags, async (node) => {
      await ask(node, controls.statisticsReset)
      return await node.pnn
    })
    this.tell(flags, `the statistics of node ${pnn} begin anew`)
    return await this.show(flags, { ctdb: () => '', json: () => ({ formatVersion: 1, pnn, reset: true }) })
  }
}
