import { MirrorCommand } from '../cli/mirror-command.ts'
import { ask } from '../transport/asked-node.ts'
import { controls } from '../transport/wire/controls.ts'
import { ctdbStatisticsText } from '../ui/ctdb/statistics.ts'
import { statisticsJson } from '../ui/statistics-json.ts'

export default class Statistics extends MirrorCommand {
  static override summary = "show what a node's ctdbd has counted"
  static override usage = 'statistics'
  static override examples = ['<%= config.bin %> statistics', '<%= config.bin %> -X -n 1 statistics']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Statistics)
    const [pnn, statistics] = await this.withNode(flags, (node) => Promise.all([node.pnn, ask(node, controls.statistics)]))
    return await this.show(flags, {
      ctdb: (style) => ctdbStatisticsText([statistics], style),
      json: () => ({ formatVersion: 1, pnn, statistics: statisticsJson(statistics) }),
    })
  }
}
