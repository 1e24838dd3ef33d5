import { yesFlag } from '../cli/confirm.ts'
import { databaseArgs } from '../cli/database-argument.ts'
import { confirmForDatabase } from '../cli/database-question.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { openDatabase } from '../operations/databases/open.ts'
import { replaceRecords } from '../operations/databases/replace.ts'
import { databaseIdText } from '../ui/ctdb/databases.ts'
import type { DatabaseDoneDocument } from '../ui/documents/databases.ts'
import { visible } from '../ui/visible.ts'

export default class Wipedb extends MirrorCommand {
  static override readonly group = 'databases'
  static override summary = 'Delete all records of a database'
  static override usage = 'wipedb <dbname|dbid>'
  static override description = `Empties it on all active nodes, and marks it as healthy. Clients wait meanwhile.
Asks first on a terminal. If a step fails, a recovery follows.`
  static override examples = ['<%= config.bin %> wipedb test.tdb', '<%= config.bin %> wipedb 0x6645c6c4 --yes']
  static override args = databaseArgs
  static override flags = yesFlag
  protected override readonly remote = false

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Wipedb)
    const { id, name } = await this.withNodeInterruptibly(flags, async (node, { signal, leaves }, daemon) => {
      const database = await openDatabase(node.client, args.database)
      await confirmForDatabase(daemon, database, (words) => `Delete all records of ${words} on all nodes?`, flags)
      const onStarted = () => leaves(`the database ${database.name} may be frozen; run \`ctdbts recover\``)
      await replaceRecords(node, database.id, { signal, onStarted })
      return database
    })
    return await this.show(flags, {
      ctdb: () => `Database ${visible(name)} wiped\n`,
      json: (): DatabaseDoneDocument => ({ formatVersion: 1, id: databaseIdText(id), name }),
    })
  }
}
