import { wantsHost } from '../cli/host-flags.ts'
import { argumentBytes, recordValueArgs } from '../cli/record-arguments.ts'
import { TransactionCommand } from '../cli/transaction-command.ts'

export default class Pstore extends TransactionCommand {
  static override readonly group = 'databases'
  static override summary = 'Write a record of a persistent database'
  static override usage = 'pstore <dbname|dbid> <key> <value>'
  static override description =
    'Waits while another client has a transaction on the database. An empty value deletes the record. Prints nothing.'
  static override examples = [
    '<%= config.bin %> pstore test.tdb mykey myvalue',
    '<%= config.bin %> pstore test.tdb 0x6b657900 0x00ff',
  ]
  static override args = recordValueArgs

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Pstore)
    if (wantsHost(flags)) return await this.runThere(flags)
    return await this.change(flags, args.database, async () => {
      const key = argumentBytes('key', args.key)
      const value = argumentBytes('value', args.value)
      return (transaction) => transaction.store(key, value)
    })
  }
}
