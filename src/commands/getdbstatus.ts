import * as Args from '@oclif/core/args'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { collectDatabase } from '../transport/collect/databases.ts'
import { ctdbDbStatusText } from '../ui/ctdb/databases.ts'
import { databaseJson } from '../ui/database-json.ts'

export default class Getdbstatus extends MirrorCommand {
  static override summary = 'show what kind of database it is, and whether it is healthy'
  static override usage = 'getdbstatus <dbname|dbid>'
  static override examples = ['<%= config.bin %> getdbstatus ctdb.tdb', '<%= config.bin %> -n 1 getdbstatus 0x6645c6c4']
  static override args = {
    database: Args.string({ required: true, ignoreStdin: true, description: 'its name, or its id (0x…)' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Getdbstatus)
    const [pnn, database] = await this.withNode(flags, (node) => Promise.all([node.pnn, collectDatabase(node, args.database)]))
    return await this.show(flags, {
      ctdb: () => ctdbDbStatusText(database),
      json: () => ({ formatVersion: 1, pnn, database: databaseJson(database) }),
    })
  }
}
