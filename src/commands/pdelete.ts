import { yesFlag } from '../cli/confirm.ts'
import { confirmForDatabase } from '../cli/database-question.ts'
import { wantsHost } from '../cli/host-flags.ts'
import { argumentBytes, recordArgs } from '../cli/record-arguments.ts'
import { TransactionCommand } from '../cli/transaction-command.ts'
import { openForTransactions } from '../operations/databases/transaction.ts'
import { visible } from '../ui/visible.ts'

export default class Pdelete extends TransactionCommand {
  static override readonly group = 'databases'
  static override summary = 'Delete a record of a persistent database'
  static override usage = 'pdelete <dbname|dbid> <key>'
  static override description =
    'Waits while another client has a transaction on the database. Asks first on a terminal. Prints nothing.'
  static override examples = ['<%= config.bin %> pdelete test.tdb mykey', '<%= config.bin %> pdelete test.tdb 0x6b657900']
  static override args = recordArgs
  static override flags = yesFlag

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Pdelete)
    const question = (words: string) => `Delete the record ${visible(args.key)} of ${words}?`
    if (wantsHost(flags)) {
      return await this.runThere(flags, async ({ client }, daemon) =>
        confirmForDatabase(daemon, await openForTransactions(client, args.database), question, flags),
      )
    }
    return await this.change(flags, args.database, async (database, daemon) => {
      const key = argumentBytes('key', args.key)
      await confirmForDatabase(daemon, database, question, flags)
      return (transaction) => transaction.store(key, new Uint8Array())
    })
  }
}
