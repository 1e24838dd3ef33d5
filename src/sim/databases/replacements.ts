import type { ValueOf } from '../../lib/wire/codec.ts'
import type { RequestOf } from '../../lib/wire/controls.ts'
import { message } from '../../lib/wire/messages.ts'
import { recordBuffer } from '../../lib/wire/record-structs.ts'
import { ControlFailure } from '../daemon/control-failure.ts'
import { type Process, until } from '../process/wait.ts'
import type { Databases } from './databases.ts'
import type { DatabasesOwner } from './databases-owner.ts'
import { RecordStore, type StoredRecord, storedOf } from './record-store.ts'
import type { SimDatabase } from './sim-database.ts'

/** The generation and the id of a database, as in a request. */
type InTransaction = RequestOf<'wipeDatabase'>

/** Replaces all records of a database on this node, in a transaction: for recoveries, and for clients that wipe or restore a database. */
export class Replacements {
  private readonly owner: DatabasesOwner
  private readonly databases: Databases
  private readonly thawed: (database: SimDatabase) => void

  /** @param thawed called when a database can be used again. */
  constructor(owner: DatabasesOwner, databases: Databases, thawed: (database: SimDatabase) => void) {
    this.owner = owner
    this.databases = databases
    this.thawed = thawed
  }

  /** DB_FREEZE: waits until no client has locked a record, and lets nobody lock one. */
  *freeze(databaseId: number): Process<void> {
    yield* until(this.databases.get(databaseId).locks.freeze())
  }

  /** DB_THAW. A transaction that was not committed is forgotten. */
  thaw(databaseId: number): void {
    const database = this.databases.get(databaseId)
    this.forget(database)
    database.locks.thaw()
    this.thawed(database)
  }

  /** DB_TRANSACTION_START, in the place of one that was not committed. @throws ControlFailure unless the database is frozen. */
  begin({ databaseId, transactionId }: InTransaction): void {
    const database = this.databases.get(databaseId)
    if (!database.locks.isBlocked) throw new ControlFailure(-1)
    this.forget(database)
    const records = new RecordStore(database.store.all())
    database.replacement = { transactionId, records, pushed: 0, stopListening: () => {} }
  }

  /** WIPE_DATABASE: removes all records. */
  wipe(request: InTransaction): void {
    this.replacementOf(request).records.become(new RecordStore())
  }

  /** DB_TRANSACTION_COMMIT. */
  commit(request: InTransaction): void {
    const database = this.databases.get(request.databaseId)
    const { records, transactionId } = this.replacementOf(request)
    database.store.become(records)
    const { map } = this.owner.vnnMap
    database.vnnMap = { generation: transactionId, map }
    this.forget(database)
  }

  /** DB_PUSH_START: receives records as messages. */
  expect({ databaseId, srvid }: RequestOf<'dbPushStart'>): void {
    const replacement = this.databases.get(databaseId).replacement
    if (!replacement) throw new ControlFailure(-1)
    replacement.stopListening()
    replacement.pushed = 0
    const kind = message(srvid, 'PUSHDB', recordBuffer)
    const listener = (data: unknown) => {
      const buffer = data as ValueOf<typeof recordBuffer>
      if (buffer.databaseId !== databaseId) return
      for (const record of buffer.records) replacement.records.set(storedOf(record))
      replacement.pushed += buffer.records.length
    }
    replacement.stopListening = this.owner.mailboxes.listen(kind.srvid, listener)
  }

  /** DB_PUSH_CONFIRM: how many records have arrived. */
  confirm(databaseId: number): number {
    const replacement = this.databases.get(databaseId).replacement
    if (!replacement) throw new ControlFailure(-1)
    replacement.stopListening()
    return replacement.pushed
  }

  /** All records, of a database that is frozen. @throws ControlFailure for another one. */
  pull(databaseId: number): readonly StoredRecord[] {
    const { locks, store } = this.databases.get(databaseId)
    if (!locks.isBlocked) throw new ControlFailure(-1)
    return store.all()
  }

  private replacementOf({ databaseId, transactionId }: InTransaction) {
    const { replacement } = this.databases.get(databaseId)
    if (replacement?.transactionId !== transactionId) throw new ControlFailure(-1)
    return replacement
  }

  private forget(database: SimDatabase): void {
    database.replacement?.stopListening()
    database.replacement = undefined
  }
}
