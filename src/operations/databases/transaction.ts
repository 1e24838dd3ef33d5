import { isVolatile } from '../../lib/cluster/database.ts'
import { UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import { ERRNO } from '../../lib/errno.ts'
import { CtdbtsError, EndedError, EXIT_STATUS, saidByCtdb } from '../../lib/errors.ts'
import { hex32 } from '../../lib/hex32.ts'
import { MAX_TIMER_MS } from '../../lib/timers.ts'
import { decode, encode } from '../../lib/wire/codec.ts'
import { controls } from '../../lib/wire/controls.ts'
import { u64 } from '../../lib/wire/primitives.ts'
import {
  GLOBAL_LOCK,
  RECORD_HEADER_BYTES,
  type RecordData,
  type RecordHeader,
  recordHeader,
} from '../../lib/wire/record-structs.ts'
import type { CtdbClient } from '../../transport/client/client.ts'
import { ControlFailedError } from '../../transport/client/errors.ts'
import { pause } from '../administer/pause.ts'
import { type AttachedDatabase, attachDatabase } from './attach.ts'
import { silent } from './control-words.ts'
import { type GlobalLock, releaseGlobalLock, takeGlobalLock } from './global-lock.ts'
import { openDatabase } from './open.ts'
import { type FileAccess, type OpenFile, withFile } from './open-file.ts'

/** The volatile database whose records are locks of the cluster. */
const LOCK_DATABASE = 'g_lock.tdb'
/** The key, in each database, of the number of transactions on it. */
const SEQUENCE_NUMBER_KEY = Buffer.from('__db_sequence_number__\0')
/** How long to wait before a commit that a recovery has interrupted is tried again. */
const RETRY_MS = 10

interface TransactionRecord {
  readonly header: RecordHeader
  readonly value: Uint8Array
}

/** A transaction on a persistent or replicated database. Nothing of it is visible to others before it is committed. */
export interface Transaction {
  /** The value of a record as this transaction sees it; empty if there is none. @throws CtdbtsError TDB_FAILED. */
  fetch(key: Uint8Array): Promise<Uint8Array>
  /** Changes a record; an empty value deletes it. A value that it has already changes nothing. @throws CtdbtsError TDB_FAILED. */
  store(key: Uint8Array, value: Uint8Array): Promise<void>
  /** Whether it has changed anything until now. */
  readonly hasChanges: boolean
}

/**
 * Opens a database by its name or its id for transactions.
 * @throws CtdbtsError NO_SUCH_DATABASE, NO_DATABASE, NOT_ATTACHED; NOT_TRANSACTIONAL if it is volatile.
 */
export async function openForTransactions(client: CtdbClient, nameOrId: string): Promise<AttachedDatabase> {
  return await openDatabase(client, nameOrId, ({ name, flags }) => {
    if (isVolatile(flags)) throw saidByCtdb('NOT_TRANSACTIONAL', `Transactions not supported on DB ${name}`)
  })
}

/** Runs a transaction on the database that is open. */
export type RunTransaction = <T>(
  options: { readonly readOnly: boolean },
  use: (transaction: Transaction) => Promise<T>,
) => Promise<T>

/**
 * Runs a transaction, and commits it if it has changed anything. Other clients of the cluster wait meanwhile. If a recovery comes between,
 * the commit is repeated until it is known to have happened.
 * @param readOnly whether others may read at the same time.
 * @throws CtdbtsError NO_TRANSACTION, NOT_ATTACHED; what `use` throws, after which nothing is changed. The signal ends the wait for the
 * lock, and keeps a transaction from being committed.
 */
export const withTransaction = <T>(
  access: FileAccess,
  database: AttachedDatabase,
  options: { readonly readOnly: boolean },
  use: (transaction: Transaction) => Promise<T>,
): Promise<T> => withTransactions(access, database, (run) => run(options, use))

/**
 * As {@link withTransaction}, for several transactions, one after the other: opens the files once.
 * @throws what that throws, and what `work` throws.
 */
export async function withTransactions<T>(
  access: FileAccess,
  database: AttachedDatabase,
  work: (run: RunTransaction) => Promise<T>,
): Promise<T> {
  const { signal } = access
  const waiting = new AbortController()
  const endWait = () => waiting.abort(signal?.reason)
  signal?.addEventListener('abort', endWait, { once: true })
  const files = { ...access, signal: waiting.signal }
  const start = failing('NO_TRANSACTION', `Failed to start transaction on db ${database.name}`)
  signal?.throwIfAborted()
  const all = withFile(files, database, async (data) => {
    const attached = await attachDatabase(access.client, { name: LOCK_DATABASE, flags: 0 }).catch(start)
    const withLocks = (locks: OpenFile) =>
      work(async ({ readOnly }, use) => {
        const lock = lockOf(data, readOnly)
        await takeGlobalLock(locks, lock)
          .catch((error) =>
            failing('NO_TRANSACTION', `transaction_start: ${database.name} g_lock lock failed, ret=${statusOf(error)}`)(error),
          )
          .catch(start)
        // From here on it is quicker to come to an end than to leave things for others to clean up.
        signal?.removeEventListener('abort', endWait)
        try {
          const transaction = new RunningTransaction(data)
          const result = await use(transaction)
          signal?.throwIfAborted()
          await transaction.commit().catch(failing('NO_TRANSACTION', `Failed to commit transaction on db ${database.name}`))
          return result
        } finally {
          await releaseGlobalLock(locks, lock)
          signal?.addEventListener('abort', endWait, { once: true })
        }
      })
    return await withFile(files, attached, withLocks, data)
  })
  return await all.finally(() => signal?.removeEventListener('abort', endWait))
}

/** One process can have a transaction on each of several databases. */
function lockOf({ database: { id }, pnn }: OpenFile, readOnly: boolean): GlobalLock {
  const pid = BigInt(process.pid)
  const holder = { pid, taskId: id, pnn, uniqueId: (BigInt(id) << 32n) | pid }
  const type = readOnly ? GLOBAL_LOCK.read : GLOBAL_LOCK.write
  return { name: `transaction_db_${hex32(id)}`, own: { type, holder } }
}

class RunningTransaction implements Transaction {
  private readonly open: OpenFile
  /** In the order of the changes; a record can be among them more than once. */
  private readonly changes: RecordData[] = []
  private readonly changed = new Map<string, TransactionRecord>()

  constructor(open: OpenFile) {
    this.open = open
  }

  async fetch(key: Uint8Array): Promise<Uint8Array> {
    return (await this.find(key)).value
  }

  async store(key: Uint8Array, value: Uint8Array): Promise<void> {
    const { header, value: old } = await this.find(key)
    if (Buffer.compare(old, value) === 0) return
    const changed = { header: { ...header, dmaster: this.open.pnn, rsn: BigInt.asUintN(64, header.rsn + 1n) }, value }
    this.changed.set(nameOf(key), changed)
    this.changes.push({ requestId: 0, key, data: Buffer.concat([encode(recordHeader, changed.header), value]) })
  }

  get hasChanges(): boolean {
    return this.changes.length > 0
  }

  async commit(): Promise<void> {
    if (!this.hasChanges) return
    const { client, database } = this.open
    const before = await this.sequenceNumber()
    const after = new Uint8Array(encode(u64, BigInt.asUintN(64, before + 1n)))
    await this.store(SEQUENCE_NUMBER_KEY, after)
    const data = { databaseId: database.id, records: this.changes }
    const said = `transaction_commit: ${database.name}`
    for (;;) {
      const refusal = await client
        .control(controls.trans3Commit, { data, timeoutMs: MAX_TIMER_MS })
        .then(() => undefined, refused)
      if (!refusal) return
      // A recovery came between, which completes a commit that has reached any node, or undoes it.
      const now = await this.sequenceNumber()
      if (now === before + 1n) return
      if (now !== before) {
        const line = `${said} seqnum mismatch 0x${now.toString(16)} != 0x${before.toString(16)} + 1`
        throw saidByCtdb('NO_TRANSACTION', line, { exitStatus: ERRNO.EIO, cause: refusal })
      }
      await pause(RETRY_MS, undefined)
    }
  }

  private async find(key: Uint8Array): Promise<TransactionRecord> {
    return this.changed.get(nameOf(key)) ?? (await this.stored(key))
  }

  /** A record as the file has it. */
  private async stored(key: Uint8Array): Promise<TransactionRecord> {
    const bytes = await this.open.file.fetch(key)
    if (!bytes) return { header: { rsn: 0n, dmaster: UNKNOWN_PNN, reserved: 0, flags: 0 }, value: new Uint8Array() }
    if (bytes.length < RECORD_HEADER_BYTES) {
      throw new CtdbtsError('NO_RECORD', `a record of ${bytes.length} bytes is too short for a header`, silent(ERRNO.EIO))
    }
    return { header: decode(recordHeader, bytes), value: bytes.subarray(RECORD_HEADER_BYTES) }
  }

  private async sequenceNumber(): Promise<bigint> {
    const { value } = await this.stored(SEQUENCE_NUMBER_KEY)
    if (value.length === 0) return 0n
    if (value.length === 8) return decode(u64, value)
    throw new CtdbtsError('NO_TRANSACTION', `the sequence number has ${value.length} bytes, not 8`, silent(ERRNO.EINVAL))
  }
}

const nameOf = (key: Uint8Array): string => Buffer.from(key).toString('hex')
const statusOf = (error: unknown): number => (error instanceof CtdbtsError ? error.exitStatus : EXIT_STATUS.failure)

function refused(error: unknown): ControlFailedError {
  if (error instanceof ControlFailedError) return error
  throw error
}

/** For `catch`: adds what ctdb says of a failed step, after the reason. An end by a signal stays what it is. */
const failing =
  (code: 'NO_TRANSACTION', line: string) =>
  (error: unknown): never => {
    if (!(error instanceof CtdbtsError) || error instanceof EndedError) throw error
    const ctdbText = { stderr: [...(error.ctdbText?.stderr ?? []), line] }
    throw error.with({ code, message: `${line}: ${error.message}`, ctdbText, cause: error })
  }
