import { fileAccess } from '../cli/database-file.ts'
import { wantsHost } from '../cli/host-flags.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { argumentBytes, recordArgs } from '../cli/record-arguments.ts'
import { recordOutput } from '../cli/record-output.ts'
import { openForTransactions, withTransaction } from '../operations/databases/transaction.ts'
import { databaseIdText } from '../ui/ctdb/databases.ts'
import type { PfetchDocument } from '../ui/documents/databases.ts'

export default class Pfetch extends MirrorCommand {
  static override readonly group = 'databases'
  static override summary = 'Show the value of a record of a persistent database'
  static override usage = 'pfetch <dbname|dbid> <key>'
  static override description =
    'Waits while another client has a transaction on the database. An absent record has an empty value.'
  static override examples = ['<%= config.bin %> pfetch secrets.tdb mykey', '<%= config.bin %> pfetch 0x6645c6c4 0x6b657900']
  static override args = recordArgs
  protected override readonly remote = false

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Pfetch)
    if (wantsHost(flags)) return await this.runThere(flags)
    const { id, name, key, value } = await this.withNodeInterruptibly(flags, async (node, { signal }) => {
      const database = await openForTransactions(node.client, args.database)
      const key = argumentBytes('key', args.key)
      const access = await fileAccess(node, signal)
      const value = await withTransaction(access, database, { readOnly: true }, (transaction) => transaction.fetch(key))
      return { ...database, key, value }
    })
    return await this.show(flags, {
      ctdb: () => recordOutput('', value, '\n'),
      json: (): PfetchDocument => ({ formatVersion: 1, id: databaseIdText(id), name, key: hex(key), value: hex(value) }),
    })
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
