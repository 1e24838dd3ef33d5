import { RUN_SECONDS } from '../watch/disabled-runs.ts'
import type { LogEvent } from './log-event.ts'

/** From when to when. */
type Span = readonly [fromMs: number, toMs: number]

/** What was written or heard at the same moment on all nodes, by one clock. */
export interface Marks {
  /** By what they are about, in order. */
  readonly times: ReadonlyMap<string, readonly number[]>
  /** When something like that would have been noted. */
  readonly spans: readonly Span[]
}

/** The last ones are enough, and their pairs grow with the square. */
const MARKS_USED = 300
const BURST_MS = 200
const RELEASE = 'release'
const TAKE = 'take'
const RUNS_AGAIN = 'runs again'
const noRuns = (seconds: number): string => `no runs for ${seconds} s`

/** Whether all nodes note what a mark is about: that a run begins. How it ends, the leader may not say. */
export const isOnAll = (kind: string): boolean => kind === noRuns(RUN_SECONDS)

/** Those in the lines of a log. */
export function marksOf(events: readonly LogEvent[]): Marks {
  const times = new Map<string, number[]>()
  for (const event of events) {
    const kind = kindOf(event)
    if (kind !== undefined) note(times, kind, event.rawMs, kind === RELEASE || kind === TAKE ? BURST_MS : 0)
  }
  const [first, last] = [events[0], events.at(-1)]
  return latest(times, first && last ? [[first.rawMs, last.rawMs]] : [])
}

/** When a recorder heard takeover runs being disabled, by the number of seconds; 0 for enabled again. */
export type HeardTimes = ReadonlyMap<number, readonly number[]>

/** Notes that a recorder hears a node being asked to disable takeover runs. All nodes are asked at once. */
export const noteHeard = (heard: Map<number, number[]>, seconds: number, atMs: number): void =>
  note(heard, seconds, atMs, BURST_MS)

/** Those of a recorder. */
export const heardMarks = (heard: HeardTimes, spans: readonly Span[]): Marks =>
  latest(new Map([...heard].map(([seconds, times]) => [seconds === 0 ? RUNS_AGAIN : noRuns(seconds), times])), spans)

/** @param burstMs what follows so soon is of the same moment. */
function note<K>(times: Map<K, number[]>, kind: K, atMs: number, burstMs: number): void {
  const own = times.get(kind) ?? []
  times.set(kind, own)
  if (burstMs === 0 || atMs - (own.at(-1) ?? Number.NEGATIVE_INFINITY) > burstMs) own.push(atMs)
}

function latest(times: ReadonlyMap<string, readonly number[]>, spans: readonly Span[]): Marks {
  const kept = new Map([...times].map(([kind, all]) => [kind, all.slice(-MARKS_USED).sort((a, b) => a - b)]))
  const cuts = [...kept].flatMap(([kind, [first = 0]]) => (times.get(kind)?.length === kept.get(kind)?.length ? [] : [first]))
  const fromMs = Math.max(Number.NEGATIVE_INFINITY, ...cuts)
  return { times: kept, spans: spans.map(([begin, end]) => [Math.max(begin, fromMs), end]) }
}

/** What other nodes log at the same moment. */
function kindOf({ read }: LogEvent): string | undefined {
  switch (read.name) {
    // The leader starts a run by asking the others to start none, and ends it by allowing them again.
    case 'runStarts':
      return noRuns(RUN_SECONDS)
    case 'disabling':
      return read.values.what === 'takeover runs' ? noRuns(read.values.seconds ?? 0) : undefined
    case 'runSucceeded':
    case 'runFailed':
      return RUNS_AGAIN
    case 'reenabling':
      return read.values.what === 'takeover runs' ? RUNS_AGAIN : undefined
    case 'recoveryStarted':
    case 'recoveryFinished':
      return read.name
    case 'recoveryMode':
      return `recovery mode ${read.values.mode}`
    // The leader asks all nodes at once, first to release, and then to take.
    case 'release':
    case 'redundantRelease':
    case 'nowUnassigned':
      return RELEASE
    case 'takeover':
    case 'redundantTakeover':
      return TAKE
    default:
      return undefined
  }
}
