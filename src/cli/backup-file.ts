import { type FileHandle, open } from 'node:fs/promises'
import {
  BACKUP_HEADER_BYTES,
  type BackupHeader,
  BUFFER_HEAD_BYTES,
  damaged,
  decodeBackupHeader,
  decodeBuffer,
  decodeBufferHead,
} from '../lib/cluster/backup-file.ts'
import { saidByCtdb } from '../lib/errors.ts'
import { localDateTime } from '../lib/local-time.ts'
import type { RecordData } from '../lib/wire/record-structs.ts'
import { errnoOf } from './errno-of.ts'

/** A backup of a database that is being read. */
export interface OpenBackup {
  readonly header: BackupHeader
  /**
   * Its records in portions, in the order of the file, from the first one at each call.
   * @throws CtdbtsError BAD_BACKUP at damage, also while records of a portion are read.
   */
  buffers(): AsyncGenerator<{ readonly databaseId: number; readonly records: Iterable<RecordData> }, void>
}

/**
 * Opens a backup for the time of `use`.
 * @throws CtdbtsError NO_FILE, BAD_BACKUP, in the words of `ctdb`; what `use` throws.
 */
export async function withBackup<T>(path: string, use: (backup: OpenBackup) => Promise<T>): Promise<T> {
  const file = await open(path, 'r').catch((cause) => {
    throw saidByCtdb('NO_FILE', `Failed to open file ${path} for reading`, { exitStatus: errnoOf(cause), cause })
  })
  try {
    const start = await readUpTo(file, BACKUP_HEADER_BYTES, 0).catch((cause) => {
      throw saidByCtdb('NO_FILE', `Failed to read db header from file ${path}`, { exitStatus: errnoOf(cause), cause })
    })
    const header = decodeBackupHeader(start, path)
    return await use({ header, buffers: () => buffersOf(file, path, header) })
  } finally {
    await file.close()
  }
}

async function* buffersOf(file: FileHandle, path: string, { bufferCount }: BackupHeader): ReturnType<OpenBackup['buffers']> {
  const { size } = await file.stat()
  let offset = BACKUP_HEADER_BYTES
  for (let index = 0n; index < bufferCount; index++) {
    const which = `buffer ${index} of ${bufferCount}`
    const place = { path, offset }
    const head = await readUpTo(file, BUFFER_HEAD_BYTES, offset)
    if (head.length < BUFFER_HEAD_BYTES) throw damaged({ path, offset: size }, `it ends before ${which}`)
    const { databaseId, count, bytes } = decodeBufferHead(head, place)
    offset += BUFFER_HEAD_BYTES
    const left = size - offset
    if (bytes > left) throw damaged(place, `${which} has ${bytes} bytes, but only ${left} follow`)
    const content = await readUpTo(file, bytes, offset)
    yield { databaseId, records: decodeBuffer(count, content, { path, offset }) }
    offset += bytes
  }
}

/** Bytes of a file; fewer at its end. */
async function readUpTo(file: FileHandle, length: number, position: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(length)
  let read = 0
  while (read < length) {
    const { bytesRead } = await file.read(buffer, read, length - read, position + read)
    if (bytesRead === 0) break
    read += bytesRead
  }
  return buffer.subarray(0, read)
}

/** The time of a backup as ctdb prints it: `2026/03/04 14:05:10`, in the local time zone. */
export const backupTime = ({ time }: BackupHeader): string => localDateTime(new Date(time * 1000)).replaceAll('-', '/')
