import { MirrorCommand } from '../cli/mirror-command.ts'
import { fromFlag } from '../cli/options.ts'
import { simFlags } from '../cli/sim-flags.ts'
import { snapshotFrom } from '../cli/snapshot-file.ts'
import { statusReportOf } from '../lib/snapshot/views.ts'
import { collectStatus } from '../operations/collect/status.ts'
import { ctdbStatusJson, ctdbStatusText } from '../ui/ctdb/status.ts'
import type { StatusDocument } from '../ui/documents/ctdb-status.ts'

export default class Status extends MirrorCommand {
  static override readonly group = 'nodes'
  static override summary = 'Show the nodes, the recovery mode and the leader'
  static override usage = 'status'
  static override description = `A node without flags that has an interface down is PARTIALLYONLINE.
Asks all nodes at once: nodes that do not answer cost one time limit (-t) together.
Waits for the leader's broadcast, which comes about once a second; UNKNOWN if none arrives within the time limit.`
  static override examples = ['<%= config.bin %> status', '<%= config.bin %> -n 1 status -X', '<%= config.bin %> status --json']
  static override flags = { ...fromFlag, ...simFlags }
  protected override readonly ctdbJson = true

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Status)
    const nodesOnly = flags['machine-readable'] || flags['machine-parsable']
    const node = this.nodeOf(flags)
    const snapshot = await snapshotFrom(flags, this.doesNotTake)
    const { report, problems } =
      snapshot !== undefined
        ? { report: statusReportOf(snapshot, { node }), problems: [] }
        : await this.withDaemon(flags, ({ client, pnn, timeoutMs }) => collectStatus(client, pnn, { node, nodesOnly, timeoutMs }))
    return await this.show(
      flags,
      {
        ctdb: (style) => ctdbStatusText(report, style),
        ctdbJson: () => ctdbStatusJson(report),
        // ctdb's (4.25) own document, as its --json shall be ours, and that the node sees nobody, which it does not tell by itself. Of a node
        // that has just started it does, by the flag `unknown` of the others.
        json: (): StatusDocument => ({ ...ctdbStatusJson(report), ...(report.viewLimit === 'alone' && { viewLimit: 'alone' }) }),
        table: async (coloured) => {
          const [{ statusTable }, { painter }] = await Promise.all([import('../ui/status-table.ts'), import('../ui/table.ts')])
          return statusTable(report, painter(coloured))
        },
      },
      problems,
    )
  }
}
