import { databaseArgs } from '../cli/database-argument.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { collectDatabase } from '../operations/collect/databases.ts'
import { ctdbDbStatusText } from '../ui/ctdb/databases.ts'
import { databaseJson } from '../ui/database-json.ts'
import type { GetdbstatusDocument } from '../ui/documents/databases.ts'

export default class Getdbstatus extends MirrorCommand {
  static override readonly group = 'databases'
  static override summary = 'Show the type and the health of a database'
  static override usage = 'getdbstatus <dbname|dbid>'
  static override examples = ['<%= config.bin %> getdbstatus ctdb.tdb', '<%= config.bin %> -n 1 getdbstatus 0x6645c6c4']
  static override args = databaseArgs

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Getdbstatus)
    const [pnn, database] = await this.fromNode(flags, (node) => collectDatabase(node, args.database))
    return await this.show(flags, {
      ctdb: () => ctdbDbStatusText(database),
      json: (): GetdbstatusDocument => ({ formatVersion: 1, pnn, database: databaseJson(database) }),
    })
  }
}
