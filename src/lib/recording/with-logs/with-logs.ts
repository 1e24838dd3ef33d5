import type { History, HistoryNode } from '../../history/history.ts'
import type { HistoryEntry } from '../../history/story/entry.ts'
import { scriptFailuresOf, unfitSpans } from '../../history/summary.ts'
import type { RecordedHistory } from '../recording-story.ts'
import { isToldOfGap } from './gap.ts'
import { joinedOwners } from './owners.ts'
import { type Candidate, SameEvents, whenOf } from './same-event.ts'
import { placeOf, type SeenSpan, seenSpans, slackOf, unseenOf } from './span.ts'

/**
 * The history of a cluster from recordings and logs: while the cluster was seen, the recordings tell, with causes that only the logs show, and with
 * what no recording has; otherwise the logs tell. Nothing is told twice.
 * @param recorded its clocks have been compared with those of the logs.
 */
export function withLogs(recorded: RecordedHistory, logs: History): History {
  const doubts = logs.nodes.flatMap(({ clocks }) => clocks.map(({ uncertaintyMs = 0 }) => uncertaintyMs))
  const doubtMs = Math.max(0, ...doubts)
  const spans = seenSpans(recorded.segments, doubtMs)
  const candidates = recorded.told.map(({ entry, clock, isOfGap }) => ({
    entry: { ...entry, atMs: entry.atMs - clock.offsetMs },
    slackMs: slackOf(clock, doubtMs),
    isOfGap,
  }))
  const same = new SameEvents(candidates, logs.entries)
  const pairs = new Map(candidates.map((each) => [each, same.onlyFor(each)]))
  const completing = new Set(pairs.values())
  const logged = logs.entries.filter((entry) => isToldByLogs(entry, spans, { same, completing }))
  const told = candidates
    .filter((each) => !each.isOfGap || !isToldOfGap(each, logged, spans))
    .map((each) => completed(each, pairs.get(each)))
  const entries = [...told, ...logged].sort((a, b) => a.atMs - b.atMs)
  return {
    entries: entries.map((entry, index) => ({ ...entry, id: index + 1 })),
    owners: joinedOwners(spans, logs.owners),
    nodes: joinedNodes(recorded, logs, spans),
    unknown: logs.unknown,
    fromMs: extreme([logs.fromMs, spans[0]?.fromMs], Math.min),
    toMs: extreme([logs.toMs, ...spans.map(({ toMs }) => toMs)], Math.max),
    droppedBeforeMs: logs.droppedBeforeMs,
  }
}

function extreme(times: readonly (number | undefined)[], of: typeof Math.min): number | undefined {
  const known = times.filter((ms) => ms !== undefined)
  return known.length === 0 ? undefined : of(...known)
}

/** What is not in any recording. */
const ONLY_LOGGED = new Set([
  'health scripts-failed',
  'health hung',
  'health ended',
  'health lost',
  'leader election',
  'address failed',
])

interface Matches {
  readonly same: SameEvents
  /** Entries of logs that complete one of the recording. */
  readonly completing: ReadonlySet<HistoryEntry | undefined>
}

function isToldByLogs(entry: HistoryEntry, spans: readonly SeenSpan[], { same, completing }: Matches): boolean {
  const what = `${entry.kind} ${entry.what}`
  if (ONLY_LOGGED.has(what)) return true
  const place = placeOf(whenOf(entry), spans)
  if (place === 'unseen') return true
  if (what === 'takeover-run failed') return !completing.has(entry)
  // Which addresses it was about that the log does not name, the recording may say.
  const isNamed = entry.kind !== 'address' || entry.addresses.length > 0
  return place === 'edge' && isNamed && same.of(entry).length === 0
}

/** An entry of a recording, with what the logs know better. */
function completed({ entry }: Candidate, logged: HistoryEntry | undefined): HistoryEntry {
  if (!logged) return entry
  const { lines, what, text, tone, cause } = logged
  // Nobody but the leader says that a run has failed.
  if (what === 'failed') return { ...entry, what, text, tone, lines, ...(cause !== undefined && { cause }) }
  const isSame = entry.kind !== 'address' || entry.from === logged.from
  return { ...entry, lines, ...(isSame && entry.cause === undefined && cause !== undefined && { cause }) }
}

function joinedNodes(recorded: RecordedHistory, logs: History, spans: readonly SeenSpan[]): readonly HistoryNode[] {
  const pnns = new Set([...recorded.nodes, ...logs.nodes].map(({ pnn }) => pnn))
  return [...pnns]
    .sort((a, b) => a - b)
    .map((pnn) => {
      const [own, log] = [recorded.nodes, logs.nodes].map((nodes) => nodes.find((node) => node.pnn === pnn))
      const unfit = unfitSpans(logs.entries, pnn, logs.toMs ?? 0)
      const unseenMs = unfit.reduce((sum, span) => sum + unseenOf(span, own ? spans : []), 0)
      return {
        pnn,
        sources: log?.sources ?? [],
        clocks: log?.clocks ?? [],
        seen: {
          unfitMs: (own?.seen?.unfitMs ?? 0) + unseenMs,
          scriptFailures: log ? scriptFailuresOf(logs.entries, pnn) : undefined,
        },
      }
    })
}
