import * as Args from '@oclif/core/args'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { fromFlag } from '../cli/options.ts'
import { simFlags } from '../cli/sim-flags.ts'
import { snapshotFrom } from '../cli/snapshot-file.ts'
import { ipReportOf } from '../lib/snapshot/views.ts'
import { collectIps } from '../operations/collect/ip.ts'
import { ctdbIpText } from '../ui/ctdb/ip.ts'
import { ipJson } from '../ui/ip-json.ts'

export default class Ip extends MirrorCommand {
  static override readonly group = 'addresses'
  static override summary = 'Show public addresses and their owners'
  static override usage = 'ip [all]'
  static override description =
    `Without "all", shows what one node believes; that may be out of date for addresses of other nodes.
With "all", asks all active nodes, and believes each about itself only; -1 means no owner.
With -v, --table and --json, also shows the interfaces, as the asked node (with "all", the owner) has them.`
  static override examples = ['<%= config.bin %> ip', '<%= config.bin %> -X ip all -v', '<%= config.bin %> ip all --json']
  static override flags = { ...fromFlag, ...simFlags }
  static override args = {
    all: Args.string({ options: ['all'], ignoreStdin: true, description: 'the addresses of all active nodes' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Ip)
    const own = flags.table || flags.json
    const question = {
      node: this.nodeOf(flags),
      all: args.all !== undefined,
      interfaces: flags.verbose || own,
      nodes: own,
    }
    const snapshot = await snapshotFrom(flags, this.doesNotTake)
    const report =
      snapshot !== undefined
        ? ipReportOf(snapshot, question)
        : await this.withDaemon(flags, ({ client, pnn }) => collectIps(client, pnn, question))
    return await this.show(flags, {
      ctdb: (style) => ctdbIpText(report, style),
      json: () => ipJson(report),
      table: async (coloured) => {
        const [{ ipTable }, { painter }] = await Promise.all([import('../ui/ip-table.ts'), import('../ui/table.ts')])
        return ipTable(report, painter(coloured))
      },
    })
  }
}
