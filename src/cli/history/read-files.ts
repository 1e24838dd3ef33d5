import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CtdbtsError } from '../../lib/errors.ts'
import { type History, historyOf } from '../../lib/history/history.ts'
import type { ReadLog } from '../../lib/history/log-store.ts'
import type { TimeSettings } from '../../lib/history/time-settings.ts'
import type { RecordingCounts } from '../../lib/recording/reader.ts'
import type { RecordedHistory } from '../../lib/recording/recording-story.ts'
import { withLogs } from '../../lib/recording/with-logs/with-logs.ts'
import { bytesText } from '../../ui/bytes.ts'
import { showProgress } from '../progress.ts'
import { recordingNames } from '../recording/folder.ts'
import type { FetchedLogs } from './fetch-logs.ts'
import { type LogArgument, logArgument, nameOf, type OpenLog, openLog, readLogs, unreadable } from './read-logs.ts'
import { type ReadRecordings, readRecordings, sorted } from './read-recordings.ts'
import type { RecordedRange } from './recorded-lines.ts'
import { problemOf } from './unpack.ts'

/** What was read. */
export interface Read {
  readonly history: History
  readonly logs: readonly ReadLog[]
  /** Of recordings. */
  readonly counts?: RecordingCounts
  /** What the history is made of, if there are both. */
  readonly parts?: { readonly recorded: RecordedHistory; readonly logged: History }
}

/** The same, with what could not be read. */
export type ReadFiles = Read & Pick<FetchedLogs, 'problems' | 'notes'>

/** The history of logs. */
export const ofLogs = ({ store, problems, notes }: FetchedLogs): ReadFiles => ({
  history: historyOf(store),
  logs: store.logs,
  problems,
  notes,
})

/** Reading that takes longer shows on a terminal how far it is. */
const QUICK_MS = 500

/**
 * Reads logs and recordings.
 * @param range what is read of recordings.
 * @param fetch fetches the logs of the nodes, in which case the files are recordings.
 * @throws CtdbtsError BAD_RECORDING, NO_LOG or USAGE if they cannot be read, or not together.
 */
export async function readFiles(
  names: readonly string[],
  range: RecordedRange,
  times: TimeSettings,
  fetch?: () => Promise<FetchedLogs>,
): Promise<ReadFiles> {
  let bytes = 0
  let endProgress = () => {}
  const timer = setTimeout(() => {
    endProgress = showProgress(() => `Reading, ${bytesText(bytes)} so far:`)
  }, QUICK_MS)
  const stopShowing = () => {
    clearTimeout(timer)
    endProgress()
  }
  try {
    const { recordings, logs } = sorted(await openAll(names, (more) => (bytes += more)))
    if (fetch) await refuseLogs(logs)
    const problems: CtdbtsError[] = []
    const recorded = await recordedIn(recordings, range).catch((error: unknown) => {
      if (fetch || logs.length === 0 || !isUnreadable(error)) throw error
      problems.push(error)
      return undefined
    })
    // Fetching shows how far it is by itself.
    if (fetch) stopShowing()
    const read = await (fetch ? fetch() : fromFiles(logs, times))
    return joined(recorded, { ...read, problems: [...problems, ...read.problems] })
  } finally {
    stopShowing()
  }
}

/**
 * Opens files, and the recordings in folders. What is wrong with one shows when it is read.
 * @throws CtdbtsError NO_FILE if there are only folders, and no recording in any.
 */
async function openAll(names: readonly string[], onRead: (bytes: number) => void): Promise<readonly OpenLog[]> {
  const opened: OpenLog[] = []
  const problems: unknown[] = []
  for (const log of names.map(logArgument)) {
    try {
      // One after the other: there may be more than can be open at a time.
      for (const file of await filesOf(log)) opened.push(await openLog(file, onRead))
    } catch (error) {
      problems.push(error)
      opened.push(unreadable(log, error))
    }
  }
  if (problems.length > 0 && problems.length === opened.length) throw problems[0]
  return opened
}

const recordedIn = async (recordings: readonly OpenLog[], range: RecordedRange): Promise<ReadRecordings | undefined> =>
  recordings.length > 0 ? await readRecordings(recordings, range) : undefined

const isUnreadable = (error: unknown): error is CtdbtsError => error instanceof CtdbtsError && error.code === 'BAD_RECORDING'

const fromFiles = async (logs: readonly OpenLog[], times: TimeSettings): Promise<FetchedLogs> => ({
  ...(await readLogs(logs, times)),
  notes: [],
})

/** @throws CtdbtsError if there is a log, or something that cannot be read. */
async function refuseLogs([log]: readonly OpenLog[]): Promise<void> {
  if (!log) return
  try {
    for await (const _ of log.content) break
  } catch (error) {
    throw problemOf(nameOf(log.file), error)
  }
  throw new CtdbtsError('USAGE', `history --host takes recordings, and ${nameOf(log.file)} is not a recording`, {
    hint: 'leave it out: the logs are those of the nodes',
  })
}

/** The recordings in a folder, or the file itself. @throws CtdbtsError NO_FILE if a folder has none. */
async function filesOf(log: LogArgument): Promise<readonly LogArgument[]> {
  const isFolder = log.file !== '-' && (await stat(log.file).catch(() => undefined))?.isDirectory() === true
  if (!isFolder) return [log]
  const names = await recordingNames(log.file).catch((error: unknown) => {
    throw problemOf(log.file, error)
  })
  if (names.length > 0) return names.map((name) => ({ ...log, file: join(log.file, name) }))
  throw new CtdbtsError('NO_FILE', `${log.file} is a folder, and there is no recording of \`ctdbts record\` in it`, {
    hint: 'name the files in it: logs, or recordings of `watch --record`',
  })
}

function joined(recorded: ReadRecordings | undefined, read: FetchedLogs): ReadFiles {
  if (!recorded) return ofLogs(read)
  const problems = [...recorded.problems, ...read.problems]
  const notes = [...recorded.notes, ...read.notes]
  if (read.store.logs.every(({ counts }) => counts.known === 0)) return { ...recorded, logs: [], problems, notes }
  if (recorded.history.fromMs === undefined) {
    const note = 'no sample of a cluster in what was read of the recordings: only the logs tell'
    return ofLogs({ ...read, problems, notes: [...notes, note] })
  }
  const logged = historyOf(read.store, recorded.history.recorders)
  checkCluster(recorded, logged)
  const history = withLogs(recorded.history, logged)
  return { ...recorded, history, logs: read.store.logs, problems, notes, parts: { recorded: recorded.history, logged } }
}

/** @throws CtdbtsError USAGE if no public address is in both. */
function checkCluster({ history, names }: ReadRecordings, { owners }: History): void {
  const seen = history.owners
  if (seen.size === 0 || owners.size === 0 || [...owners.keys()].some((address) => seen.has(address))) return
  throw new CtdbtsError('USAGE', `${names.join(', ')} and the logs have no public address in common`, {
    hint: 'they are of different clusters: read them one after the other',
  })
}
