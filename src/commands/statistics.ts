import { MirrorCommand } from '../cli/mirror-command.ts'
import { controls } from '../lib/wire/controls.ts'
import { ask } from '../operations/target-node.ts'
import { ctdbStatisticsText } from '../ui/ctdb/statistics.ts'
import type { StatisticsDocument } from '../ui/documents/daemon.ts'
import { statisticsJson } from '../ui/statistics-json.ts'

export default class Statistics extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = "Show the statistics of a node's ctdbd"
  static override usage = 'statistics'
  static override examples = ['<%= config.bin %> statistics', '<%= config.bin %> -X -n 1 statistics']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Statistics)
    const [pnn, statistics] = await this.fromNode(flags, (node) => ask(node, controls.statistics))
    return await this.show(flags, {
      ctdb: (style) => ctdbStatisticsText([statistics], style),
      json: (): StatisticsDocument => ({ formatVersion: 1, pnn, statistics: statisticsJson(statistics) }),
    })
  }
}
