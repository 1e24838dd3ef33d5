import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CtdbtsError } from '../../lib/errors.ts'
import { hasRecording } from '../../lib/recording/reader.ts'
import { contentOf, nameOf, type OpenLog } from '../history/read-logs.ts'
import { isPacked, problemOf, unpacked } from '../history/unpack.ts'
import { recordingNames } from '../recording/folder.ts'
import { writeAt } from '../write-at.ts'

const CHUNK_BYTES = 1 << 16

/** A file of a recording, of which any part can be read. What is added to it later is left out; a pipe is read to its end first. */
export class ReplayFile implements OpenLog, AsyncDisposable {
  readonly file: string
  readonly node = undefined
  readonly head: string
  readonly size: number
  private readonly handle: FileHandle

  private constructor(file: string, { handle, head, size }: Opened) {
    this.file = file
    this.handle = handle
    this.head = head
    this.size = size
  }

  /**
   * @param problems what keeps a compressed file from being read to its end is put there.
   * @throws CtdbtsError NO_FILE, BAD_RECORDING.
   */
  static async open(path: string, problems: CtdbtsError[]): Promise<ReplayFile> {
    return new ReplayFile(path, await opened(path, problems))
  }

  get content(): AsyncIterable<Buffer> {
    return this.handle.createReadStream({ start: 0, end: this.size - 1, autoClose: false, highWaterMark: CHUNK_BYTES })
  }

  /** A part of the file. @throws CtdbtsError NO_FILE. */
  async read(offset: number, length: number): Promise<Buffer> {
    try {
      const { buffer, bytesRead } = await this.handle.read(Buffer.alloc(length), 0, length, offset)
      return buffer.subarray(0, bytesRead)
    } catch (error) {
      throw problemOf(this.file, error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.handle.close()
  }
}

/** The files that are meant by a file, a pipe or a folder; `-` is standard input. @throws CtdbtsError NO_FILE. */
export async function replayPaths(path: string): Promise<readonly string[]> {
  if (path === '-') return [path]
  try {
    const found = await stat(path)
    if (found.isFile() || found.isFIFO()) return [path]
    if (!found.isDirectory()) throw new CtdbtsError('NO_FILE', `${path} is neither a file nor a folder`)
    const names = await recordingNames(path)
    if (names.length > 0) return names.map((name) => join(path, name))
  } catch (error) {
    throw problemOf(path, error)
  }
  throw new CtdbtsError('NO_FILE', `there is no recording in ${path}`, { hint: 'name a folder of `ctdbts record`, or a file' })
}

async function opened(path: string, problems: CtdbtsError[]): Promise<Opened> {
  try {
    const isPipe = path === '-' || (await stat(path)).isFIFO()
    const plain = isPipe ? undefined : await withHead(await open(path, 'r'))
    if (plain && hasRecording(plain.head)) return plain
    await plain?.handle.close()
    const copy = plain && !isPacked(plain.head) ? undefined : await copied(path, problems)
    if (copy && hasRecording(copy.head)) return copy
    await copy?.handle.close()
  } catch (error) {
    throw problemOf(nameOf(path), error)
  }
  throw new CtdbtsError('BAD_RECORDING', `${nameOf(path)} is not a recording`, {
    hint: 'replay what `record` or `watch --record` has written; for logs, use `ctdbts history`',
  })
}

interface Opened {
  readonly handle: FileHandle
  readonly head: string
  readonly size: number
}

async function withHead(handle: FileHandle): Promise<Opened> {
  const { size } = await handle.stat()
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, 0)
  return { handle, size, head: buffer.toString('latin1', 0, bytesRead) }
}

/**
 * A compressed file cannot be read from any place, and no pipe. Its content goes to a file that nobody else can open, and that ends with the
 * program. What is wrong with it does not keep what is before that from being read.
 */
async function copied(path: string, problems: CtdbtsError[]): Promise<Opened> {
  const source = contentOf(path)
  try {
    const content = await unpacked(source, nameOf(path)).catch((error: CtdbtsError) => {
      throw error instanceof CtdbtsError ? error.with({ hint: 'unpack it first' }) : error
    })
    const temporary = join(tmpdir(), `ctdbts-${randomUUID()}`)
    const handle = await open(temporary, 'wx+', 0o600)
    await rm(temporary)
    try {
      let at = 0
      for await (const chunk of content as AsyncIterable<Buffer>) {
        await writeAt(handle, chunk, at)
        at += chunk.length
      }
    } catch (error) {
      problems.push(problemOf(nameOf(path), error))
    }
    return await withHead(handle)
  } finally {
    source.destroy()
  }
}
