import * as Args from '@oclif/core/args'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { lenientInt } from '../lib/c-number.ts'
import type { Statistics } from '../lib/cluster/statistics.ts'
import { ask } from '../transport/asked-node.ts'
import { controls } from '../transport/wire/controls.ts'
import { ctdbStatisticsText } from '../ui/ctdb/statistics.ts'
import { statisticsJson } from '../ui/statistics-json.ts'

export default class Stats extends MirrorCommand {
  static override summary = "show what a node's ctdbd counted in each of the last intervals"
  static override usage = 'stats [count]'
  static override description =
    `The latest first. An interval has as many seconds as the tunable StatHistoryInterval says; 0 switches it off.
As with ctdb, one more than COUNT is shown.`
  static override examples = ['<%= config.bin %> stats', '<%= config.bin %> -X stats 10']
  static override args = {
    count: Args.string({ ignoreStdin: true, description: 'so many and one more; all unless given' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Stats)
    const [pnn, all] = await this.withNode(flags, (node) => Promise.all([node.pnn, ask(node, controls.getStatHistory)]))
    const history = chosen(all, lenientInt(args.count ?? '0'))
    return await this.show(flags, {
      ctdb: (style) => ctdbStatisticsText(history, style),
      json: () => ({ formatVersion: 1, pnn, history: history.map(statisticsJson) }),
    })
  }
}

/**
 * Those that the real tool shows: it goes on as long as fewer than `count` lie behind it, and has shown the next one when it looks; of
 * those without a beginning, where nothing is yet, it shows none, and looks at the count only behind those that it shows.
 */
function chosen(all: readonly Statistics[], count: number): readonly Statistics[] {
  const isFilled = ({ startTime }: Statistics) => startTime.seconds !== 0
  const last = count > 0 && all[count] && isFilled(all[count]) ? count : all.length
  return all.slice(0, last + 1).filter(isFilled)
}
