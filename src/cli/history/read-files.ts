import { CtdbtsError } from '../../lib/errors.ts'
import { type History, historyOf } from '../../lib/history/history.ts'
import type { ReadLog } from '../../lib/history/log-store.ts'
import type { TimeSettings } from '../../lib/history/time-settings.ts'
import type { RecordingCounts } from '../../lib/recording/reader.ts'
import type { RecordedHistory } from '../../lib/recording/recording-story.ts'
import { withLogs } from '../../lib/recording/with-logs/with-logs.ts'
import { bytesText } from '../../ui/bytes.ts'
import { showProgress } from '../confirm.ts'
import type { FetchedLogs } from './fetch-logs.ts'
import { logArgument, openLog, readLogs } from './read-logs.ts'
import { type ReadRecordings, readRecordings, sorted } from './read-recordings.ts'
import type { RecordedRange } from './recorded-lines.ts'

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
 * @throws CtdbtsError BAD_RECORDING, NO_LOG or USAGE if they cannot be read, or not together.
 */
export async function readFiles(names: readonly string[], range: RecordedRange, times: TimeSettings): Promise<ReadFiles> {
  let bytes = 0
  const open = (name: string) => openLog(logArgument(name), (more) => (bytes += more))
  let endProgress = () => {}
  const timer = setTimeout(() => {
    endProgress = showProgress(() => `Reading, ${bytesText(bytes)} so far:`)
  }, QUICK_MS)
  try {
    return await readOpened(sorted(await Promise.all(names.map(open))), range, times)
  } finally {
    clearTimeout(timer)
    endProgress()
  }
}

async function readOpened(files: ReturnType<typeof sorted>, range: RecordedRange, times: TimeSettings): Promise<ReadFiles> {
  if (files.recordings.length === 0) return ofLogs({ ...(await readLogs(files.logs, times)), notes: [] })
  const recorded = await readRecordings(files.recordings, range)
  const read = await readLogs(files.logs, times)
  const problems = [...recorded.problems, ...read.problems]
  if (read.store.logs.every(({ counts }) => counts.known === 0)) return { ...recorded, logs: [], problems }
  if (recorded.history.fromMs === undefined) {
    const note = 'no sample of a cluster in what was read of the recordings: only the logs tell'
    return ofLogs({ ...read, problems, notes: [...recorded.notes, note] })
  }
  const logged = historyOf(read.store, recorded.history.recorders)
  checkCluster(recorded, logged)
  const history = withLogs(recorded.history, logged)
  return { ...recorded, history, logs: read.store.logs, problems, parts: { recorded: recorded.history, logged } }
}

/** @throws CtdbtsError USAGE if no public address is in both. */
function checkCluster({ history, names }: ReadRecordings, { owners }: History): void {
  const seen = history.owners
  if (seen.size === 0 || owners.size === 0 || [...owners.keys()].some((address) => seen.has(address))) return
  throw new CtdbtsError('USAGE', `${names.join(', ')} and the logs have no public address in common`, {
    hint: 'they are of different clusters: read them one after the other',
  })
}
