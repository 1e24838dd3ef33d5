import { databaseArgs } from '../cli/database-argument.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { collectDbStatistics } from '../operations/collect/databases.ts'
import { databaseIdText } from '../ui/ctdb/databases.ts'
import { ctdbDbStatisticsText } from '../ui/ctdb/statistics.ts'
import type { DbstatisticsDocument } from '../ui/documents/databases.ts'
import { dbStatisticsJson } from '../ui/statistics-json.ts'

export default class Dbstatistics extends MirrorCommand {
  static override readonly group = 'databases'
  static override summary = 'Show the statistics of a database'
  static override usage = 'dbstatistics <dbname|dbid>'
  static override examples = ['<%= config.bin %> dbstatistics ctdb.tdb', '<%= config.bin %> -n 1 dbstatistics 0x6645c6c4']
  static override args = databaseArgs

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Dbstatistics)
    const [pnn, { id, name, statistics }] = await this.fromNode(flags, (node) => collectDbStatistics(node, args.database))
    return await this.show(flags, {
      ctdb: () => ctdbDbStatisticsText(name, statistics),
      json: (): DbstatisticsDocument => ({
        formatVersion: 1,
        pnn,
        id: databaseIdText(id),
        name,
        statistics: dbStatisticsJson(statistics),
      }),
    })
  }
}
