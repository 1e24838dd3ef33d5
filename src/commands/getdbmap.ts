import { MirrorCommand } from '../cli/mirror-command.ts'
import { collectDatabases } from '../operations/collect/databases.ts'
import { ctdbDbMapText } from '../ui/ctdb/databases.ts'
import { databaseJson } from '../ui/database-json.ts'

export default class Getdbmap extends MirrorCommand {
  static override readonly group = 'databases'
  static override summary = 'Show the databases that a node has attached'
  static override usage = 'getdbmap'
  static override examples = [
    '<%= config.bin %> getdbmap',
    '<%= config.bin %> -X -n 1 getdbmap',
    '<%= config.bin %> getdbmap --table',
  ]

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Getdbmap)
    const [pnn, databases] = await this.fromNode(flags, (node) => collectDatabases(node))
    return await this.show(flags, {
      ctdb: (style) => ctdbDbMapText(databases, style),
      json: () => ({ formatVersion: 1, pnn, databases: databases.map(databaseJson) }),
      table: async (coloured) => {
        const [{ databaseTable }, { painter }] = await Promise.all([import('../ui/database-table.ts'), import('../ui/table.ts')])
        return databaseTable(databases, painter(coloured))
      },
    })
  }
}
