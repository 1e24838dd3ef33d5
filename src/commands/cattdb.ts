import { databaseArgs } from '../cli/database-argument.ts'
import { fileAccess } from '../cli/database-file.ts'
import { wantsHost } from '../cli/host-flags.ts'
import { selectionFlags } from '../cli/record-selection.ts'
import { RecordsCommand } from '../cli/records-command.ts'
import { openDatabase } from '../operations/databases/open.ts'
import { withFile } from '../operations/databases/open-file.ts'
import { traverseFile } from '../operations/databases/traverse.ts'
import { databaseIdText } from '../ui/ctdb/databases.ts'

export default class Cattdb extends RecordsCommand {
  static override readonly group = 'databases'
  static override summary = 'Show all records in the file of a database here'
  static override usage = 'cattdb <dbname|dbid>'
  static override description =
    `Reads the file of the local node. It has records that other nodes may change by now, and deleted ones, whose
data are empty, until they are removed.`
  static override examples = ['<%= config.bin %> cattdb locking.tdb', '<%= config.bin %> cattdb 0x6645c6c4 --json']
  static override args = databaseArgs
  static override flags = selectionFlags
  protected override readonly remote = false

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Cattdb)
    if (wantsHost(flags)) return await this.runThere(flags)
    return await this.withNode(flags, async (node) => {
      const database = await openDatabase(node.client, args.database)
      const json = { pnn: await node.pnn, id: databaseIdText(database.id) }
      const ending = (count: number) => `Dumped ${count} record(s)`
      return await withFile(await fileAccess(node), database, (open) =>
        this.printRecords(flags, { name: database.name, records: traverseFile(open), ending, json }),
      )
    })
  }
}
