import { createReadStream } from 'node:fs'
import { CtdbtsError } from '../../lib/errors.ts'
import { LogStore } from '../../lib/history/log-store.ts'
import type { TimeSettings } from '../../lib/history/time-settings.ts'
import { problemOf, unpacked } from './unpack.ts'

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

/**
 * Reads logs. What is wrong with one does not keep the others from being read.
 * @returns all that was read, and what could not be.
 */
export async function readLogs(
  logs: readonly LogArgument[],
  times: TimeSettings,
): Promise<{ readonly store: LogStore; readonly problems: readonly CtdbtsError[] }> {
  const store = new LogStore(times)
  const problems: CtdbtsError[] = []
  for (const log of logs) {
    const reader = store.open(log.file, log.node)
    try {
      for await (const chunk of await unpacked(contentOf(log.file), nameOf(log.file)))
        reader.push((chunk as Buffer).toString('latin1'))
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

const contentOf = (file: string): AsyncIterable<unknown> =>
  file === '-' ? process.stdin : createReadStream(file, { highWaterMark: CHUNK_BYTES })
