import * as Args from '@oclif/core/args'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { simFlags } from '../cli/sim-flags.ts'
import { hasFlag, NODE_FLAG } from '../lib/cluster/node.ts'
import { nodesAsNamed } from '../lib/cluster/node-list.ts'
import { collectStatus } from '../operations/collect/status.ts'
import { ctdbNodeStatusText, ctdbStatusJson } from '../ui/ctdb/status.ts'
import type { NodestatusDocument } from '../ui/documents/nodes.ts'

export default class Nodestatus extends MirrorCommand {
  static override readonly group = 'nodes'
  static override summary = 'Show nodes; the exit status is their flags'
  static override usage = 'nodestatus [all|<pnn-list>]'
  static override description = `Without a list, shows the local node, or that of -n.

Exit status: the flags of all nodes shown, one bit each; 0 if all are OK. 1 is DISCONNECTED (or an error), 2 UNHEALTHY, 4 DISABLED,
8 BANNED, 32 STOPPED, 64 UNKNOWN. PARTIALLYONLINE is not a flag.`
  static override examples = [
    '<%= config.bin %> nodestatus',
    '<%= config.bin %> -X nodestatus all',
    '<%= config.bin %> nodestatus 0,2',
  ]
  static override flags = { ...simFlags }
  static override args = {
    nodes: Args.string({ ignoreStdin: true, description: '"all", or PNNs separated by commas' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Nodestatus)
    const node = this.nodeOf(flags)
    const { report, problems } = await this.withDaemon(flags, ({ client, pnn, timeoutMs }) =>
      collectStatus(client, pnn, {
        node,
        nodesOnly: true,
        timeoutMs,
        choose: (nodes, asked) => nodesAsNamed(nodes, args.nodes, asked),
      }),
    )
    const present = report.nodes.filter((each) => !hasFlag(each, NODE_FLAG.DELETED))
    process.exitCode = present.reduce((flagsOfAll, each) => flagsOfAll | each.flags, 0) & 0xff
    return await this.show(
      flags,
      {
        ctdb: (style) => ctdbNodeStatusText(report, style, { all: args.nodes === 'all' }),
        json: (): NodestatusDocument => ({ formatVersion: 1, ...ctdbStatusJson(report) }),
        table: async (coloured) => {
          const [{ statusTable }, { painter }] = await Promise.all([import('../ui/status-table.ts'), import('../ui/table.ts')])
          return statusTable(report, painter(coloured))
        },
      },
      problems,
    )
  }
}
