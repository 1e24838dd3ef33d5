import { isActive, type Pnn } from '../../lib/cluster/node.ts'
import { MIGRATED_WITH_DATA } from '../../lib/cluster/record.ts'
import { ERRNO } from '../../lib/errno.ts'
import { CtdbtsError, saidByCtdb } from '../../lib/errors.ts'
import { MAX_TIMER_MS } from '../../lib/timers.ts'
import { DecodeError, decode, encode } from '../../lib/wire/codec.ts'
import { controls } from '../../lib/wire/controls.ts'
import { RECORD_HEADER_BYTES, type RecordHeader, recordHeader } from '../../lib/wire/record-structs.ts'
import { ControlFailedError } from '../../transport/client/errors.ts'
import { collectNodeMap } from '../collect/node-map.ts'
import { allInOrder } from '../collect/ordered-requests.ts'
import { silent } from './control-words.ts'
import type { OpenFile } from './open-file.ts'

const HAVE_DELEGATIONS = 0x0100_0000
const HAVE_READONLY = 0x0200_0000

/** A record of a volatile database that is locked on this node, which has it. Only while the lock is held does it stay. */
export interface LockedRecord {
  readonly key: Uint8Array
  readonly header: RecordHeader
  readonly value: Uint8Array
  /** Whether it is a copy that must not be changed. */
  readonly isCopy: boolean
}

/**
 * Locks a record of a volatile database for the time of `use`. If another node has the record, it is moved here first, as often as other
 * nodes take it away again.
 * @param readOnly whether a copy that is only read is enough.
 * @throws CtdbtsError NO_RECORD in the words of `ctdb`; what `use` throws.
 */
export async function withLockedRecord<T>(
  { client, file, database, pnn, signal }: OpenFile,
  key: Uint8Array,
  use: (record: LockedRecord) => Promise<T>,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<T> {
  for (;;) {
    await file.lock(key)
    try {
      const record = recordOf(key, await file.fetch(key))
      if (record && isHere(record, pnn, readOnly)) return await use(record)
    } finally {
      await file.unlock(key)
    }
    await migrate()
  }

  async function migrate(): Promise<void> {
    const failed = (status: number) =>
      saidByCtdb('NO_RECORD', `fetch_lock: ${database.name} CALL failed, ret=${status}`, { exitStatus: status })
    // No daemon accepts an empty key.
    if (key.length === 0) throw failed(ERRNO.EINVAL)
    const status = await client.migrate({ databaseId: database.id, key }, { readOnly, signal })
    // The commands say what they wanted with the record.
    if (status === 0) return
    throw new CtdbtsError('NO_RECORD', `the record did not come to this node: status ${status}`, silent(ERRNO.EIO))
  }
}

function recordOf(key: Uint8Array, stored: Uint8Array | undefined): LockedRecord | undefined {
  if (!stored) return undefined
  try {
    const header = decode(recordHeader, stored)
    const isCopy = (header.flags & (HAVE_READONLY | HAVE_DELEGATIONS)) !== 0
    return { key, header, value: stored.subarray(RECORD_HEADER_BYTES), isCopy }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    throw new CtdbtsError('NO_RECORD', `a record of ${stored.length} bytes is too short for a header`, {
      ...silent(ERRNO.EMSGSIZE),
      cause: error,
    })
  }
}

function isHere({ header: { dmaster, flags } }: LockedRecord, pnn: number, readOnly: boolean): boolean {
  if (readOnly) return dmaster === pnn || (flags & (HAVE_READONLY | HAVE_DELEGATIONS)) !== 0
  // As long as other nodes have copies, it must not be changed.
  return dmaster === pnn && (flags & HAVE_DELEGATIONS) === 0
}

/** Writes the value of a locked record. @throws CtdbtsError NO_RECORD for a copy; TDB_FAILED. */
export async function storeRecord({ file }: OpenFile, { key, header, isCopy }: LockedRecord, value: Uint8Array): Promise<void> {
  if (isCopy) throw new CtdbtsError('NO_RECORD', 'a copy of a record cannot be changed', silent(ERRNO.EINVAL))
  await file.store(key, Buffer.concat([encode(recordHeader, header), value]))
}

/**
 * Writes the value of a locked record, and copies it to the other active nodes, so that it outlives this one. Where a
 * copy fails, the record is written here all the same.
 * @returns the PNNs of the nodes that have it.
 * @throws CtdbtsError NO_RECORD; TDB_FAILED; ControlFailedError and NoAnswerError of the first node that has no copy.
 */
export async function pushRecord(open: OpenFile, record: LockedRecord, value: Uint8Array): Promise<Pnn[]> {
  const { client, database, pnn, signal } = open
  // While the record is locked, no recovery comes to its end.
  const { generation } = await client.control(controls.getVnnMap, { signal })
  const nodes = await collectNodeMap(client, Promise.resolve(pnn), { signal })
  const active = nodes.filter(isActive).map((node) => node.pnn)
  const header = { ...record.header, flags: record.header.flags | MIGRATED_WITH_DATA }
  // The record has to be newer than its copies, as after a recovery: vacuuming removes copies only then.
  await storeRecord(open, { ...record, header: { ...header, rsn: header.rsn + 1n } }, value)
  const data = { generation, databaseId: database.id, header, key: record.key, value }
  const others = active.filter((other) => other !== pnn)
  await allInOrder(...others.map((to) => client.control(controls.pushRecord, { to, data, signal })))
  return active
}

/** Empties a locked record, and lets the daemon remove it. @throws CtdbtsError NO_RECORD; TDB_FAILED. */
export async function deleteRecord(open: OpenFile, record: LockedRecord): Promise<void> {
  const { client, database, signal } = open
  await storeRecord(open, record, new Uint8Array())
  const data = { databaseId: database.id, header: record.header, key: record.key }
  try {
    await client.control(controls.scheduleForDeletion, { data, timeoutMs: MAX_TIMER_MS, signal })
  } catch (error) {
    // A daemon that refuses keeps an empty record, which is as good as none. ctdb ignores that, too.
    if (!(error instanceof ControlFailedError)) throw error
  }
}
