import { ERRNO } from '../errno.ts'
import { CtdbtsError, saidByCtdb } from '../errors.ts'
import { DecodeError, decode, encode, type ValueOf } from '../wire/codec.ts'
import { list, sequence, struct } from '../wire/composites.ts'
import { fixedText, i64, u32, u64 } from '../wire/primitives.ts'
import { type RecordData, recordData } from '../wire/record-structs.ts'

/** The format of 64-bit machines, which is all that CTDB runs on nowadays. */
const VERSION = 3n

const header = struct({
  version: u64,
  /** Seconds since 1970. */
  time: i64,
  /** Bits of DATABASE_FLAG. */
  flags: u64,
  bufferCount: u64,
  recordCount: u64,
  /** The name of the database. */
  name: fixedText(64),
})

/** What a backup of a database begins with. */
export type BackupHeader = Omit<ValueOf<typeof header>, 'version'>
/** Bytes that a backup begins with. */
export const BACKUP_HEADER_BYTES = 104

const bufferHead = struct({ databaseId: u32, count: u32, bytes: u64 })
/** Bytes in front of the records of each buffer. */
export const BUFFER_HEAD_BYTES = 16
/** A buffer is full when its records have this many bytes. */
export const FULL_BUFFER_BYTES = 100_000
/** Damaged lengths must not make us allocate any memory. No transaction on a database can be that large. */
const MAX_BUFFER_BYTES = 1n << 30n

/** The bytes that a backup begins with. */
export const encodeBackupHeader = (value: BackupHeader): Uint8Array => encode(header, { version: VERSION, ...value })

/** @throws CtdbtsError BAD_BACKUP, in the words of `ctdb`, for another version, and for what is no backup at all. */
export function decodeBackupHeader(bytes: Uint8Array): BackupHeader {
  const whole = new Uint8Array(BACKUP_HEADER_BYTES)
  // The last byte ends the name, whatever it is.
  whole.set(bytes.subarray(0, BACKUP_HEADER_BYTES - 1))
  const version = decode(u64, whole)
  if (version !== VERSION) {
    throw saidByCtdb('BAD_BACKUP', `Wrong version of backup file, expected ${VERSION}, got ${version}`, {
      exitStatus: ERRNO.EINVAL,
    })
  }
  return damagedUnless(() => decode(header, whole))
}

/** A buffer of records as a backup has it. */
export function encodeBuffer(databaseId: number, records: readonly RecordData[]): Uint8Array {
  const bytes = Buffer.concat(records.map((record) => encode(recordData, record)))
  return Buffer.concat([encode(bufferHead, { databaseId, count: records.length, bytes: BigInt(bytes.length) }), bytes])
}

/** What the head of a buffer says. @throws CtdbtsError BAD_BACKUP when that cannot be. */
export function decodeBufferHead(bytes: Uint8Array): { databaseId: number; count: number; bytes: number } {
  const head = damagedUnless(() => decode(bufferHead, bytes))
  if (head.bytes > MAX_BUFFER_BYTES) throw damaged(`a buffer of ${head.bytes} bytes`)
  return { ...head, bytes: Number(head.bytes) }
}

/** The records of a buffer. @throws CtdbtsError BAD_BACKUP naming what is wrong with which. */
export const decodeBuffer = (count: number, bytes: Uint8Array): readonly RecordData[] =>
  damagedUnless(() => decode(sequence({ records: list(recordData) }), Buffer.concat([encode(u32, count), bytes])).records)

/** For something in a backup that cannot be. ctdb exits with EIO when a file is too short. */
export const damaged = (what: string, cause?: unknown): CtdbtsError =>
  new CtdbtsError('BAD_BACKUP', `the backup is damaged: ${what}`, { exitStatus: ERRNO.EIO, ctdbText: { stderr: [] }, cause })

function damagedUnless<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof DecodeError) throw damaged(error.message, error)
    throw error
  }
}
