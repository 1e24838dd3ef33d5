import { databaseArgs } from '../cli/database-argument.ts'
import { selectionFlags } from '../cli/record-selection.ts'
import { RecordsCommand } from '../cli/records-command.ts'
import { openDatabase } from '../operations/databases/open.ts'
import { traverse } from '../operations/databases/traverse.ts'
import { databaseIdText } from '../ui/ctdb/databases.ts'

export default class Catdb extends RecordsCommand {
  static override readonly group = 'databases'
  static override summary = 'Show all records of a database in the cluster'
  static override usage = 'catdb <dbname|dbid>'
  static override description = `Each record appears once, as the node that may change it has it. The order means nothing.
--table shows the keys of Samba's databases in words.`
  static override examples = [
    '<%= config.bin %> catdb locking.tdb',
    '<%= config.bin %> catdb 0x6645c6c4 --json',
    "<%= config.bin %> catdb secrets.tdb --key 'SECRETS/SID/*' --limit 10 --table",
  ]
  static override args = databaseArgs
  static override flags = selectionFlags
  protected override readonly remote = false

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Catdb)
    return await this.withNode(flags, async (node) => {
      const { id, name } = await openDatabase(node.client, args.database)
      return await this.printRecords(flags, {
        name,
        records: traverse(node, id),
        ending: (count) => `Dumped ${count} records`,
        json: { pnn: await node.pnn, id: databaseIdText(id) },
      })
    })
  }
}
