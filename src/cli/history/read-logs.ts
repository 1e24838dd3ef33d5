import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { CtdbtsError } from '../../lib/errors.ts'
import { LogStore } from '../../lib/history/log-store.ts'
import type { TimeSettings } from '../../lib/history/time-settings.ts'
import { peeked, problemOf, unpacked } from './unpack.ts'

/** A log on the command line. */
export interface LogArgument {
  /** `-` is standard input. */
  readonly file: string
  /** The node that it is from, if the user says so. */
  readonly node: number | undefined
}

const CHUNK_BYTES = 1 << 16

/** `FILE`, `2=FILE`, or `-`. */
export function logArgument(text: string): LogArgument {
  const named = /^(\d{1,5})=(.+)$/.exec(text)
  return named ? { node: Number(named[1]), file: named[2] ?? '' } : { node: undefined, file: text }
}

/** A log that has been opened. */
export interface OpenLog extends LogArgument {
  /** How it begins, whatever it is compressed with. */
  readonly head: string
  /** All of it. Throws, while it is read, what is wrong with it. */
  readonly content: AsyncIterable<Buffer>
}

/**
 * Opens a log. What is wrong with it shows when it is read. A file is only open while it is read: there may be many.
 * @param onRead called with the number of bytes of each piece that is read, unpacked.
 */
export async function openLog(log: LogArgument, onRead: (bytes: number) => void): Promise<OpenLog> {
  try {
    if (await isFile(log.file)) return { ...log, head: await headOf(log.file), content: counted(whole(log.file), onRead) }
    const { first, all } = await peeked((await unpacked(contentOf(log.file), nameOf(log.file))) as AsyncIterable<Buffer>)
    return { ...log, head: textOf(first), content: counted(all, onRead) }
  } catch (error) {
    return unreadable(log, error)
  }
}

/** A log that cannot be read, which shows when one tries. */
export const unreadable = (log: LogArgument, error: unknown): OpenLog => ({ ...log, head: '', content: failing(error) })

/** Whether it can be read twice, other than a pipe. */
const isFile = async (file: string): Promise<boolean> =>
  file !== '-' && (await stat(file).catch(() => undefined))?.isFile() === true

const textOf = (first: Buffer | undefined): string => first?.toString('latin1') ?? ''

async function headOf(file: string): Promise<string> {
  for await (const chunk of whole(file)) return textOf(chunk)
  return ''
}

/** Opens a file when the first piece of it is asked for. */
async function* whole(file: string): AsyncGenerator<Buffer> {
  const source = contentOf(file)
  try {
    yield* (await unpacked(source, nameOf(file))) as AsyncIterable<Buffer>
  } finally {
    source.destroy()
  }
}

async function* counted(content: AsyncIterable<Buffer>, onRead: (bytes: number) => void): AsyncGenerator<Buffer> {
  for await (const chunk of content) {
    onRead(chunk.length)
    yield chunk
  }
}

// biome-ignore lint/correctness/useYield: it has nothing to give.
async function* failing(error: unknown): AsyncGenerator<Buffer> {
  throw error
}

/**
 * Reads logs. What is wrong with one does not keep the others from being read.
 * @returns all that was read, and what could not be.
 */
export async function readLogs(
  logs: readonly OpenLog[],
  times: TimeSettings,
): Promise<{ readonly store: LogStore; readonly problems: readonly CtdbtsError[] }> {
  const store = new LogStore(times)
  const problems: CtdbtsError[] = []
  for (const log of logs) {
    const reader = store.open(log.file, log.node)
    try {
      for await (const chunk of log.content) reader.push(chunk.toString('latin1'))
    } catch (error) {
      problems.push(problemOf(nameOf(log.file), error))
    }
    reader.end()
    if (reader.counts.ofCtdb === 0 && reader.counts.lines > 0) {
      problems.push(new CtdbtsError('NO_LOG', `${nameOf(log.file)} has no line of CTDB`))
    }
  }
  return { store, problems }
}

/** A log as messages name it. */
export const nameOf = (file: string): string => (file === '-' ? 'standard input' : file)

/** Opens a file, or standard input. */
export const contentOf = (file: string): Readable =>
  file === '-' ? process.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES })
