import { ERRNO } from '../../lib/errno.ts'
import { CtdbtsError, saidByCtdb } from '../../lib/errors.ts'
import { MAX_TIMER_MS } from '../../lib/timers.ts'
import { decode, encode, type ValueOf } from '../../lib/wire/codec.ts'
import { controls } from '../../lib/wire/controls.ts'
import { GLOBAL_LOCK, globalLocks } from '../../lib/wire/record-structs.ts'
import { ControlFailedError } from '../../transport/client/errors.ts'
import { pause } from '../administer/pause.ts'
import { inWords } from './control-words.ts'
import type { OpenFile } from './open-file.ts'
import { deleteRecord, storeRecord, withLockedRecord } from './record-lock.ts'

type Locks = ValueOf<typeof globalLocks>
type Lock = Locks[number]

/** How long to wait while another process has the lock; as ctdb. */
const RETRY_MS = 1

/** A lock of the whole cluster: a record of g_lock.tdb that lists the processes that have it. */
export interface GlobalLock {
  readonly name: string
  /** Ours, among the holders. */
  readonly own: Lock
}

/**
 * Takes a lock, waiting until no other process has it in a way that excludes ours. Locks of processes that have ended do not count.
 * @throws CtdbtsError NO_TRANSACTION when this process has it already, or its holders cannot be asked about.
 */
export async function takeGlobalLock(open: OpenFile, lock: GlobalLock): Promise<void> {
  const key = keyOf(lock.name)
  const tryOnce = () =>
    withLockedRecord(open, key, async (record) => {
      const others = await withoutEnded(open, lock, decode(globalLocks, record.value))
      if (!others) return false
      await storeRecord(open, record, encode(globalLocks, [...others, lock.own]))
      return true
    })
  while (!(await tryOnce())) await pause(RETRY_MS, open.signal)
}

/** Gives a lock back. The record is deleted when nobody has it. @throws as `withLockedRecord`. */
export async function releaseGlobalLock(open: OpenFile, { name, own }: GlobalLock): Promise<void> {
  await withLockedRecord(open, keyOf(name), async (record) => {
    const others = decode(globalLocks, record.value).filter((each) => !isSame(each, own))
    if (others.length === 0) await deleteRecord(open, record)
    else await storeRecord(open, record, encode(globalLocks, others))
  })
}

const keyOf = (name: string): Uint8Array => Buffer.from(`${name}\0`)

/** The locks that remain beside ours; undefined while a living process excludes us. */
async function withoutEnded(open: OpenFile, { name, own }: GlobalLock, locks: Locks): Promise<Locks | undefined> {
  const kept: Lock[] = []
  for (const each of locks) {
    if (isSame(each, own)) throw saidByCtdb('NO_TRANSACTION', `g_lock_lock: ${name} deadlock`, { exitStatus: ERRNO.EDEADLK })
    const excludes = each.type !== GLOBAL_LOCK.read || own.type !== GLOBAL_LOCK.read
    if (excludes && (await isAlive(open, name, each))) return undefined
    if (!excludes) kept.push(each)
  }
  return kept
}

const isSame = ({ holder: a }: Lock, { holder: b }: Lock): boolean =>
  a.pid === b.pid && a.taskId === b.taskId && a.pnn === b.pnn && a.uniqueId === b.uniqueId

async function isAlive({ client, signal }: OpenFile, name: string, { holder }: Lock): Promise<boolean> {
  const said = `g_lock_lock: ${name} PROCESS_EXISTS failed`
  try {
    const data = Number(BigInt.asIntN(32, holder.pid))
    await client.control(controls.processExists, { to: holder.pnn, data, timeoutMs: MAX_TIMER_MS, signal })
    return true
  } catch (error) {
    if (error instanceof ControlFailedError) return false
    if (error instanceof CtdbtsError) return inWords('NO_TRANSACTION', { silent: said, refused: said })(error)
    throw error
  }
}
