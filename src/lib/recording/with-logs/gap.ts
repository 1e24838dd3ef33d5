import type { HistoryEntry } from '../../history/story/entry.ts'
import type { Candidate } from './same-event.ts'
import { keyOf } from './same-event.ts'
import { SEEN_MS, type SeenSpan } from './span.ts'

/** Of what a recorder does by itself, no log tells. */
const OWN_KINDS = new Set(['connection', 'action', 'finding'])

/**
 * Whether the logs tell what a recording shows only by what was different after a gap.
 * @param logged entries of logs, by time.
 */
export function isToldOfGap({ entry, slackMs }: Candidate, logged: readonly HistoryEntry[], spans: readonly SeenSpan[]): boolean {
  if (OWN_KINDS.has(entry.kind)) return false
  const beganMs = spans.findLast(({ toMs }) => toMs < entry.atMs)?.toMs ?? Number.NEGATIVE_INFINITY
  const isThen = ({ atMs }: HistoryEntry) => atMs >= beganMs - slackMs - SEEN_MS && atMs <= entry.atMs + slackMs
  const subject = subjectOf(entry)
  const last = logged.findLast((each) => isThen(each) && subjectOf(each) === subject)
  if (!last) return false
  return entry.kind === 'address' && entry.to !== undefined ? last.to === entry.to : keyOf(last) === keyOf(entry)
}

function subjectOf({ kind, pnns, addresses }: HistoryEntry): string {
  if (kind === 'address' || kind === 'kernel') return `${kind} ${addresses[0]}`
  return kind === 'health' || kind === 'link' ? `${kind} ${pnns[0]}` : kind
}
