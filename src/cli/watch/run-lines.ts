import type { CtdbtsError } from '../../lib/errors.ts'
import { localTime } from '../../lib/local-time.ts'
import type { ClusterState } from '../../lib/watch/cluster-state.ts'
import type { TimelineEntry } from '../../lib/watch/timeline.ts'
import { type LogEntry, shortLogLine } from '../../sim/log/entry.ts'
import { jsonLine } from '../../ui/json.ts'
import { visible } from '../../ui/visible.ts'
import { stateJson } from '../../ui/watch/state-json.ts'
import type { WatchLine } from '../lines.ts'
import { reportProblems } from '../report-error.ts'
import { onTerminationSignal } from '../signals.ts'
import { UncaughtErrors } from '../uncaught-errors.ts'
import { watch } from './cluster-watch.ts'
import { entryFormat } from './entry-format.ts'
import { lineWriter } from './line-writer.ts'
import { recordedWatch } from './recorded-watch.ts'
import { intervalMsOf, type WatchOptions, watchTitle } from './settings.ts'

/** As wide as the kinds of timeline entries. */
const kindCell = (kind: string): string => kind.padEnd('takeover-run'.length)

/** How the lines of a watch are written. */
interface LineFormat {
  begin(state: ClusterState): string
  entry(entry: TimelineEntry): string
  log(entry: LogEntry): string
  /** In place of lines that were dropped. */
  leftOut(count: number): string
}

/**
 * Writes what happens in a cluster, one line each, until a signal ends it.
 * @throws CtdbtsError when the cluster cannot be reached at the start; later, that is an event like others.
 */
export async function runLines(options: WatchOptions): Promise<void> {
  const format = options.json ? jsonLines : plainLines(options)
  const write = lineWriter(process.stdout, format.leftOut)
  const ended = Promise.withResolvers<void>()
  using uncaught = new UncaughtErrors()
  const stopListening = onTerminationSignal((_, exitStatus) => {
    process.exitCode = exitStatus
    ended.resolve()
  })
  let hasBegun = false
  const onState = (state: ClusterState, entries: readonly TimelineEntry[]) => {
    if (!hasBegun) write(format.begin(state))
    hasBegun = true
    for (const entry of entries) write(format.entry(entry))
  }
  const onLog = (entry: LogEntry) => {
    if (options.verbose && hasBegun) write(format.log(entry))
  }
  try {
    await recordedWatch(options, { onProblem: reportProblem, onResumed: reportResumed }, async (onObservation) => {
      using watched = await watch(options, { onState, onLog, onProblem: reportProblem, onObservation })
      // Awaited for its failure only: the state arrives in `onState`.
      await uncaught.orFail(Promise.race([watched.follower.firstSample, ended.promise]))
      await uncaught.orFail(ended.promise)
    })
  } finally {
    stopListening()
  }
}

const reportResumed = (text: string): void => void process.stderr.write(`ctdbts: ${visible(text)}\n`)

function reportProblem(problem: CtdbtsError): void {
  process.exitCode = problem.exitStatus
  reportProblems([problem], 'own')
}

function plainLines(options: WatchOptions): LineFormat {
  return {
    begin: () => `Watching ${visible(watchTitle(options))}, polling every ${intervalMsOf(options) / 1000} s`,
    entry: entryFormat({ json: false }),
    log: (entry) => `${localTime(new Date(entry.atMs), new Date())}   ${kindCell('log')} ${visible(shortLogLine(entry))}`,
    leftOut: (count) => {
      const now = new Date()
      return `${localTime(now, now)} ! ${kindCell('output')} lines dropped here, as they were not read in time: ${count}`
    },
  }
}

const jsonLines: LineFormat = {
  begin: (state) => jsonLine(stateJson(state) satisfies WatchLine),
  entry: entryFormat({ json: true }),
  log: ({ atMs, ...entry }) => jsonLine({ event: 'log', time: new Date(atMs).toISOString(), ...entry } satisfies WatchLine),
  leftOut: (count) => jsonLine({ event: 'left-out', count } satisfies WatchLine),
}
