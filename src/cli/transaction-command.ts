import type { AttachedDatabase } from '../operations/databases/attach.ts'
import { openForTransactions, type Transaction, withTransaction } from '../operations/databases/transaction.ts'
import { databaseIdText } from '../ui/ctdb/databases.ts'
import type { DatabaseDoneDocument } from '../ui/documents/databases.ts'
import type { DaemonSession } from './daemon-session.ts'
import { fileAccess, requireThisMachine } from './database-file.ts'
import { MirrorCommand } from './mirror-command.ts'
import type { GlobalOptions } from './run-options.ts'

/** A command that changes a persistent or replicated database by a transaction. `ctdb` prints nothing about it. */
export abstract class TransactionCommand extends MirrorCommand {
  protected override readonly remote = false

  /**
   * Opens the database, prepares the change, and carries it out as one transaction.
   * @param prepare reads what the change needs, before anybody has to wait for it, and asks the user if need be.
   */
  protected async change(
    flags: GlobalOptions,
    database: string,
    prepare: (database: AttachedDatabase, daemon: DaemonSession) => Promise<(transaction: Transaction) => Promise<void>>,
  ): Promise<unknown> {
    requireThisMachine(flags)
    const { id, name, isChanged } = await this.withNodeInterruptibly(flags, async (node, { signal }, daemon) => {
      const opened = await openForTransactions(node.client, database)
      const change = await prepare(opened, daemon)
      const access = await fileAccess(node, signal)
      const isChanged = await withTransaction(access, opened, { readOnly: false }, async (transaction) => {
        await change(transaction)
        return transaction.hasChanges
      })
      return { ...opened, isChanged }
    })
    this.tell(flags, isChanged ? `Database ${name} is changed` : `Database ${name} is unchanged`)
    return await this.show(flags, {
      ctdb: () => '',
      json: (): DatabaseDoneDocument => ({ formatVersion: 1, id: databaseIdText(id), name }),
    })
  }
}
