import { damagedFile } from '../damaged-file.ts'
import { ERRNO } from '../errno.ts'
import { type CtdbtsError, saidByCtdb } from '../errors.ts'
import { ByteReader, DecodeError, decode, encode, type ValueOf } from '../wire/codec.ts'
import { struct } from '../wire/composites.ts'
import { fixedText, i64, u32, u64 } from '../wire/primitives.ts'
import { RECORD_HEADER_BYTES, type RecordData, recordData } from '../wire/record-structs.ts'

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
/** Where the header has the number of records. */
export const COUNT_OFFSET = 32

const bufferHead = struct({ databaseId: u32, count: u32, bytes: u64 })
/** Bytes in front of the records of each buffer. */
export const BUFFER_HEAD_BYTES = 16
/** A buffer is full when its records have this many bytes. */
export const FULL_BUFFER_BYTES = 100_000
/** Damaged lengths must not make us allocate any memory. `ctdb` cannot allocate more for a buffer either. */
const MAX_BUFFER_BYTES = 1n << 28n

/** A place in a backup, for what is reported about it. */
export interface BackupPlace {
  readonly path: string
  readonly offset: number
}

/** The bytes that a backup begins with. */
export const encodeBackupHeader = (value: BackupHeader): Uint8Array => encode(header, { version: VERSION, ...value })

/** @throws CtdbtsError BAD_BACKUP, in the words of `ctdb`, for another version, and for what is no backup at all. */
export function decodeBackupHeader(bytes: Uint8Array, path: string): BackupHeader {
  const whole = new Uint8Array(BACKUP_HEADER_BYTES)
  // The last byte ends the name, whatever it is.
  whole.set(bytes.subarray(0, BACKUP_HEADER_BYTES - 1))
  const version = decode(u64, whole)
  if (version !== VERSION) {
    throw saidByCtdb('BAD_BACKUP', `Wrong version of backup file, expected ${VERSION}, got ${version}`, {
      exitStatus: ERRNO.EINVAL,
    })
  }
  try {
    return decode(header, whole)
  } catch (error) {
    throw error instanceof DecodeError ? damaged({ path, offset: error.offset }, error.reason) : error
  }
}

/** A buffer of records as a backup has it. */
export function encodeBuffer(databaseId: number, records: readonly RecordData[]): Uint8Array {
  const bytes = Buffer.concat(records.map((record) => encode(recordData, record)))
  return Buffer.concat([encode(bufferHead, { databaseId, count: records.length, bytes: BigInt(bytes.length) }), bytes])
}

/** What the head of a buffer says. @throws CtdbtsError BAD_BACKUP when it is too large. */
export function decodeBufferHead(bytes: Uint8Array, place: BackupPlace): { databaseId: number; count: number; bytes: number } {
  const head = decode(bufferHead, bytes)
  if (head.bytes > MAX_BUFFER_BYTES) throw damaged(place, `a buffer of ${head.bytes} bytes`, ERRNO.ENOMEM)
  return { ...head, bytes: Number(head.bytes) }
}

/**
 * The records of a buffer, one by one: those in front of damage can be read.
 * @param place where `bytes` are.
 * @throws CtdbtsError BAD_BACKUP naming what is wrong with which.
 */
export function* decodeBuffer(count: number, bytes: Uint8Array, { path, offset }: BackupPlace): Generator<RecordData, void> {
  const input = new ByteReader(bytes)
  for (let index = 0; index < count; index++) {
    const place = { path, offset: offset + input.position }
    const wrong = (what: string) => damaged(place, `record ${index} of ${count} in a buffer: ${what}`, ERRNO.EMSGSIZE)
    let record: RecordData
    try {
      record = recordData.read(input)
    } catch (error) {
      throw error instanceof DecodeError ? wrong(error.reason) : error
    }
    if (record.data.length < RECORD_HEADER_BYTES) throw wrong(`${record.data.length} bytes are too few for a header`)
    yield record
  }
}

/** For something in a backup that cannot be. Where a file is too short, the exit status of `ctdb` is by chance; ours is that of EIO. */
export const damaged = ({ path, offset }: BackupPlace, what: string, exitStatus: number = ERRNO.EIO): CtdbtsError =>
  damagedFile('BAD_BACKUP', path, { offset, what }, exitStatus)
