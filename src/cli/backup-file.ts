import { type FileHandle, open } from 'node:fs/promises'
import { constants } from 'node:os'
import {
  BACKUP_HEADER_BYTES,
  type BackupHeader,
  BUFFER_HEAD_BYTES,
  damaged,
  decodeBackupHeader,
  decodeBuffer,
  decodeBufferHead,
} from '../lib/cluster/backup-file.ts'
import { EXIT_STATUS, saidByCtdb } from '../lib/errors.ts'
import type { RecordData } from '../lib/wire/record-structs.ts'

/** A backup of a database that is being read. */
export interface OpenBackup {
  readonly header: BackupHeader
  /** Its records in portions, in the order of the file. @throws CtdbtsError BAD_BACKUP at what cannot be. */
  buffers(): AsyncGenerator<{ readonly databaseId: number; readonly records: readonly RecordData[] }, void>
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
    const start = await readUpTo(file, BACKUP_HEADER_BYTES).catch((cause) => {
      throw saidByCtdb('NO_FILE', `Failed to read db header from file ${path}`, { exitStatus: errnoOf(cause), cause })
    })
    const header = decodeBackupHeader(start)
    return await use({ header, buffers: () => buffersOf(file, header) })
  } finally {
    await file.close()
  }
}

/** The exit status of ctdb after a failed system call: its errno. */
export const errnoOf = (error: unknown): number => {
  const { code } = error as NodeJS.ErrnoException
  return (constants.errno as Record<string, number>)[code ?? ''] ?? EXIT_STATUS.failure
}

async function* buffersOf(file: FileHandle, { bufferCount }: BackupHeader): ReturnType<OpenBackup['buffers']> {
  for (let index = 0n; index < bufferCount; index++) {
    const head = await readUpTo(file, BUFFER_HEAD_BYTES)
    if (head.length < BUFFER_HEAD_BYTES) throw damaged(`it ends before buffer ${index} of ${bufferCount}`)
    const { databaseId, count, bytes } = decodeBufferHead(head)
    const { size } = await file.stat()
    if (bytes > size) throw damaged(`buffer ${index} of ${bufferCount} has ${bytes} bytes, the file only ${size}`)
    const content = await readUpTo(file, bytes)
    if (content.length < bytes) throw damaged(`it ends within buffer ${index} of ${bufferCount}`)
    yield { databaseId, records: decodeBuffer(count, content) }
  }
}

/** The next bytes of a file; fewer at its end. */
async function readUpTo(file: FileHandle, length: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(length)
  let read = 0
  while (read < length) {
    const { bytesRead } = await file.read(buffer, read, length - read, null)
    if (bytesRead === 0) break
    read += bytesRead
  }
  return buffer.subarray(0, read)
}

/** The time of a backup as ctdb prints it: `2026/03/04 14:05:10`, in the local time zone. */
export function backupTime({ time }: BackupHeader): string {
  const at = new Date(time * 1000)
  const two = (number: number) => String(number).padStart(2, '0')
  const date = [String(at.getFullYear()), two(at.getMonth() + 1), two(at.getDate())].join('/')
  return `${date} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')}`
}
