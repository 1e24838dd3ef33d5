import type { Clock, RecorderClock } from '../../lib/history/clocks.ts'
import type { History } from '../../lib/history/history.ts'
import type { LogCounts } from '../../lib/history/log-reader.ts'
import type { ReadLog } from '../../lib/history/log-store.ts'
import type { OwnerThen } from '../../lib/history/owners.ts'
import type { HistoryEntry, NodeEvent } from '../../lib/history/story/entry.ts'
import type { Summary } from '../../lib/history/summary.ts'
import { MESSAGES } from '../../lib/log/messages.ts'
import type { RecordingCounts } from '../../lib/recording/reader.ts'
import { entryJson } from '../watch/entry-json.ts'

const isoOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString())

/** What was read: the first document of a history. */
export const historyJson = (
  { nodes, fromMs, toMs, droppedBeforeMs }: History,
  logs: readonly ReadLog[],
  recorded?: RecordingCounts,
  recorders: readonly RecorderClock[] = [],
) => ({
  formatVersion: 1,
  event: 'history',
  from: isoOrNull(fromMs),
  to: isoOrNull(toMs),
  droppedBefore: isoOrNull(droppedBeforeMs),
  nodes: nodes.map(({ pnn, sources, clocks }) => ({
    node: pnn,
    sources: sources.map(({ file, host }) => ({ file, host: host === '' ? null : host })),
    clocks: clocks.map((clock) => ({ ...clockJson(clock), afterSteps: clock.step })),
  })),
  logs: logs.map(({ file, counts, otherHosts }) => ({ file, ...countsJson(counts), otherHosts })),
  recording: recorded ? { ...recorded, unknown: Object.fromEntries(recorded.unknown) } : null,
  recorders: recorders.map((clock) => ({ file: clock.file, ...clockJson(clock) })),
})

const clockJson = ({ offsetMs, uncertaintyMs, pairs }: Clock) => ({
  aheadMs: round(offsetMs),
  uncertaintyMs: uncertaintyMs === undefined ? null : round(uncertaintyMs),
  pairs,
})

const round = (ms: number): number => Math.round(ms * 1_000) / 1_000

const countsJson = ({ lines, ofCtdb, known, cut, unknown }: LogCounts) => ({
  lines,
  ofCtdb,
  known,
  cut,
  unknown: Object.fromEntries([...unknown].sort(([, a], [, b]) => b - a)),
})

/** An entry, as `watch` has it, with the bounds of its time. */
export const historyEntryJson = (entry: HistoryEntry) => ({
  event: 'entry',
  ...entryJson(entry),
  notAfter: isoOrNull(entry.notAfterMs),
  uncertaintyMs: largest(entry.lines),
})

function largest(lines: readonly NodeEvent[]): number | null {
  const known = lines.flatMap(({ uncertaintyMs }) => (uncertaintyMs === undefined ? [] : [uncertaintyMs]))
  return known.length === 0 ? null : round(Math.max(...known))
}

/** An entry with the lines that it rests on. */
export const explainedJson = (entry: HistoryEntry) => ({
  ...historyEntryJson(entry),
  lines: entry.lines.map(({ atMs, pnn, event }) => ({
    at: new Date(atMs).toISOString(),
    node: pnn,
    file: event.source.file,
    line: event.source.machine === undefined ? event.lineNumber : null,
    text: event.text,
    meaning: MESSAGES[event.read.name].meaning,
  })),
})

/** Who owned which address at a moment. `owner` is null for nobody; `known` is false where the log does not say. */
export const ownersJson = (atMs: number, owners: readonly OwnerThen[]) => ({
  formatVersion: 1,
  event: 'owners',
  at: new Date(atMs).toISOString(),
  addresses: owners.map(({ address, owner, sinceMs }) => ({
    address,
    owner: owner ?? null,
    known: owner !== undefined,
    since: isoOrNull(sinceMs),
  })),
})

export const summaryJson = (summary: Summary) => ({ formatVersion: 1, event: 'summary', ...summary })
