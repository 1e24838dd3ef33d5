import { MirrorCommand } from '../cli/mirror-command.ts'
import { fromFlag } from '../cli/options.ts'
import { simFlags } from '../cli/sim-flags.ts'
import { readSnapshot } from '../cli/snapshot-file.ts'
import { statusReportOf } from '../lib/snapshot/views.ts'
import { collectStatus } from '../transport/collect/status.ts'
import { ctdbStatusJson, ctdbStatusText } from '../ui/ctdb/status.ts'

export default class Status extends MirrorCommand {
  static override summary = 'show the nodes, the recovery mode and the leader'
  static override usage = 'status'
  static override description = `A node without flags that has an interface down is PARTIALLYONLINE.
All nodes are asked at once, so one that does not answer costs one time limit (-t), not one each.
The leader is learnt from its broadcast, about once a second; none within the time limit is UNKNOWN.`
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> -n 1 status -X', '<%= config.bin %> status --json']
  static override flags = { ...fromFlag, ...simFlags }
  protected override readonly ctdbJson = true

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Status)
    const nodesOnly = flags['machine-readable'] || flags['machine-parsable']
    const node = this.nodeOf(flags)
    const { report, problems } =
      flags.from !== undefined
        ? { report: statusReportOf(await readSnapshot(flags.from), { node }), problems: [] }
        : await this.withDaemon(flags, ({ client, pnn, timeoutMs }) => collectStatus(client, pnn, { node, nodesOnly, timeoutMs }))
    return await this.show(
      flags,
      {
        ctdb: (style) => ctdbStatusText(report, style),
        ctdbJson: () => ctdbStatusJson(report),
        // The real tool's (4.25) own document: its --json shall be ours.
        json: () => ctdbStatusJson(report),
        table: async (coloured) => {
          const [{ statusTable }, { painter }] = await Promise.all([import('../ui/status-table.ts'), import('../ui/table.ts')])
          return statusTable(report, painter(coloured))
        },
      },
      problems,
    )
  }
}
