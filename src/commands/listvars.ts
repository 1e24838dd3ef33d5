import { MirrorCommand } from '../cli/mirror-command.ts'
import { listTunables } from '../operations/collect/tunables.ts'
import { ctdbTunableLine } from '../ui/ctdb/tunables.ts'
import type { ListvarsDocument } from '../ui/documents/daemon.ts'

export default class Listvars extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = 'Show all tunables of a node'
  static override usage = 'listvars'
  static override description = 'With --table, also shows which values differ from the default.'
  static override examples = ['<%= config.bin %> listvars', '<%= config.bin %> -n 1 listvars --table']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Listvars)
    const [pnn, { report, problems }] = await this.fromNode(flags, (node) => listTunables(node))
    return await this.show(
      flags,
      {
        ctdb: () => report.map(ctdbTunableLine).join(''),
        json: (): ListvarsDocument => ({
          formatVersion: 1,
          pnn,
          tunables: Object.fromEntries(report.map(({ name, value }) => [name, value])),
        }),
        table: async (coloured) => {
          const [{ tunableTable }, { painter }] = await Promise.all([import('../ui/tunable-table.ts'), import('../ui/table.ts')])
          return tunableTable(report, painter(coloured))
        },
      },
      problems,
    )
  }
}
