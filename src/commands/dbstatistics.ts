import * as Args from '@oclif/core/args'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { collectDbStatistics } from '../transport/collect/databases.ts'
import { databaseIdText } from '../ui/ctdb/databases.ts'
import { ctdbDbStatisticsText } from '../ui/ctdb/statistics.ts'
import { dbStatisticsJson } from '../ui/statistics-json.ts'

export default class Dbstatistics extends MirrorCommand {
  static override summary = "show what a node's ctdbd has counted for one database"
  static override usage = 'dbstatistics <dbname|dbid>'
  static override examples = ['<%= config.bin %> dbstatistics ctdb.tdb', '<%= config.bin %> -n 1 dbstatistics 0x6645c6c4']
  static override args = {
    database: Args.string({ required: true, ignoreStdin: true, description: 'its name, or its id (0x…)' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Dbstatistics)
    const [pnn, { id, name, statistics }] = await this.withNode(flags, (node) =>
      Promise.all([node.pnn, collectDbStatistics(node, args.database)]),
    )
    return await this.show(flags, {
      ctdb: () => ctdbDbStatisticsText(name, statistics),
      json: () => ({ formatVersion: 1, pnn, id: databaseIdText(id), name, statistics: dbStatisticsJson(statistics) }),
    })
  }
}
