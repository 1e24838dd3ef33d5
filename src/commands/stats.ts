import * as Args from '@oclif/core/args'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { lenientInt } from '../lib/c-number.ts'
import type { Statistics } from '../lib/cluster/statistics.ts'
import { controls } from '../lib/wire/controls.ts'
import { ask } from '../operations/target-node.ts'
import { ctdbStatisticsText } from '../ui/ctdb/statistics.ts'
import type { StatsDocument } from '../ui/documents/daemon.ts'
import { statisticsJson } from '../ui/statistics-json.ts'

export default class Stats extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = "Show the statistics history of a node's ctdbd"
  static override usage = 'stats [count]'
  static override description =
    `Shows the latest interval first. The tunable StatHistoryInterval sets the length in seconds; 0 disables the history.
Like ctdb, shows one more than COUNT.`
  static override examples = ['<%= config.bin %> stats', '<%= config.bin %> -X stats 10']
  static override args = {
    count: Args.string({ ignoreStdin: true, description: 'number of intervals, less one [default: all]' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Stats)
    const [pnn, all] = await this.fromNode(flags, (node) => ask(node, controls.getStatHistory))
    const history = chosen(all, lenientInt(args.count ?? '0'))
    return await this.show(flags, {
      ctdb: (style) => ctdbStatisticsText(history, style),
      json: (): StatsDocument => ({ formatVersion: 1, pnn, history: history.map(statisticsJson) }),
    })
  }
}

/**
 * Those that ctdb shows: it goes on as long as fewer than `count` lie behind it, and has shown the next one when it looks; of
 * those without a beginning, where nothing is yet, it shows none, and looks at the count only behind those that it shows.
 */
function chosen(all: readonly Statistics[], count: number): readonly Statistics[] {
  const isFilled = ({ startTime }: Statistics) => startTime.seconds !== 0
  const last = count > 0 && all[count] && isFilled(all[count]) ? count : all.length
  return all.slice(0, last + 1).filter(isFilled)
}
