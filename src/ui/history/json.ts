import type { Pnn } from '../../lib/cluster/node.ts'
import type { Clock, RecorderClock } from '../../lib/history/clocks.ts'
import type { History } from '../../lib/history/history.ts'
import type { LogCounts } from '../../lib/history/log-reader.ts'
import type { ReadLog } from '../../lib/history/log-store.ts'
import type { OwnerThen } from '../../lib/history/owners.ts'
import type { HistoryEntry, NodeEvent } from '../../lib/history/story/entry.ts'
import type { Summary } from '../../lib/history/summary.ts'
import { MESSAGES } from '../../lib/log/messages.ts'
import type { RecordingCounts } from '../../lib/recording/reader.ts'
import type { Versioned } from '../documents/common.ts'
import { type EntryDocument, entryJson } from '../watch/entry-json.ts'

const isoOrNull = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString())

/** How the clock of a machine differs from the common one. */
interface ClockDocumented {
  readonly aheadMs: number
  /** Null if it is not known. */
  readonly uncertaintyMs: number | null
  /** How many pairs of lines of two nodes it is derived from. */
  readonly pairs: number
}

/** How many lines a log has, and how many of them are known. */
interface CountsDocumented extends Omit<LogCounts, 'unknown' | 'timed'> {
  /** The shapes of lines that are not known, with how many there are. */
  readonly unknown: Readonly<Record<string, number>>
}

/** The first line of `history`: what was read. Times are ISO 8601, UTC. */
export interface HistoryDocument extends Versioned {
  readonly event: 'history'
  readonly from: string | null
  readonly to: string | null
  /** Entries before it were left out, as there were too many. */
  readonly droppedBefore: string | null
  readonly nodes: readonly {
    readonly node: Pnn | null
    readonly sources: readonly { readonly file: string; readonly host: string | null }[]
    /** One after each step of the clock. */
    readonly clocks: readonly (ClockDocumented & { readonly afterSteps: number })[]
  }[]
  readonly logs: readonly (CountsDocumented & { readonly file: string; readonly otherHosts: readonly string[] })[]
  /** Null without a recording. */
  readonly recording: (Omit<RecordingCounts, 'unknown'> & { readonly unknown: Readonly<Record<string, number>> }) | null
  readonly recorders: readonly (ClockDocumented & { readonly file: string })[]
}

/** An entry of `history`, as `watch` has it, with the bounds of its time. */
export interface HistoryEntryDocument extends EntryDocument {
  readonly event: 'entry'
  /** When it had happened at the latest: ISO 8601, UTC. */
  readonly notAfter: string | null
  readonly uncertaintyMs: number | null
}

/** `history --explain`. */
export interface ExplainedDocument extends HistoryEntryDocument {
  /** The lines that the entry rests on. */
  readonly lines: readonly {
    readonly at: string
    readonly node: Pnn | null
    readonly file: string
    /** Null in a journal. */
    readonly line: number | null
    readonly text: string
    readonly meaning: string
  }[]
}

/** `history --at`: who owned which address. */
export interface OwnersDocument extends Versioned {
  readonly event: 'owners'
  readonly at: string
  readonly addresses: readonly {
    readonly address: string
    /** Null for nobody, and where it is not known. */
    readonly owner: Pnn | null
    /** False where the logs do not say. */
    readonly known: boolean
    readonly since: string | null
  }[]
}

/** `history --summary`. */
export interface SummaryDocument extends Versioned, Summary {
  readonly event: 'summary'
}

/** What was read: the first document of a history. */
export const historyJson = (
  { nodes, fromMs, toMs, droppedBeforeMs }: History,
  logs: readonly ReadLog[],
  recorded?: RecordingCounts,
  recorders: readonly RecorderClock[] = [],
): HistoryDocument => ({
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

const clockJson = ({ offsetMs, uncertaintyMs, pairs }: Clock): ClockDocumented => ({
  aheadMs: round(offsetMs),
  uncertaintyMs: uncertaintyMs === undefined ? null : round(uncertaintyMs),
  pairs,
})

const round = (ms: number): number => Math.round(ms * 1_000) / 1_000

const countsJson = ({ lines, ofCtdb, known, cut, unknown }: LogCounts): CountsDocumented => ({
  lines,
  ofCtdb,
  known,
  cut,
  unknown: Object.fromEntries([...unknown].sort(([, a], [, b]) => b - a)),
})

/** An entry, as `watch` has it, with the bounds of its time. */
export const historyEntryJson = (entry: HistoryEntry): HistoryEntryDocument => ({
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
export const explainedJson = (entry: HistoryEntry): ExplainedDocument => ({
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
export const ownersJson = (atMs: number, owners: readonly OwnerThen[]): OwnersDocument => ({
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

export const summaryJson = (summary: Summary): SummaryDocument => ({ formatVersion: 1, event: 'summary', ...summary })
