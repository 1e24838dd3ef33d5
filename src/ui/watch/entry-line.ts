import { localTime } from '../../lib/local-time.ts'
import { durationBetween, durationText } from '../../lib/watch/duration.ts'
import { ENTRY_KINDS, type TimelineEntry, type Tone } from '../../lib/watch/timeline.ts'
import type { Paint } from '../table.ts'
import { visible } from '../visible.ts'

/** Signs of the tones, for readers who see no colours, and to search for in a log. */
const SIGNS: Record<Tone, string> = { good: '+', plain: ' ', warning: '!', error: 'X' }
const STYLES = { good: 'good', plain: 'plain', warning: 'plain', error: 'bad' } as const

const KIND_COLUMNS = Math.max(...ENTRY_KINDS.map((kind) => kind.length))

/**
 * A timeline entry as one line, without a newline: local time, sign, kind, what happened, and in parentheses how long it was away, and
 * why.
 */
export function entryLine(entry: TimelineEntry, { now, paint }: { readonly now: Date; readonly paint: Paint }): string {
  const { atMs, kind, tone, check } = entry
  const name = check === undefined ? '' : `${check}: `
  const head = `${SIGNS[tone]} ${kind.padEnd(KIND_COLUMNS)} ${visible(`${name}${entry.text}`)}`
  const more = entryDetails(entry)
  return `${localTime(new Date(atMs), now)} ${paint(STYLES[tone], head)}${more === '' ? '' : paint('quiet', ` (${more})`)}`
}

/** Events that end a time during which the address was on no node. Before other events, it may have been on several. */
const ENDS_ABSENCE: ReadonlySet<string> = new Set(['moved', 'taken', 'back'])

/** What the duration of an entry means: how long the address was away, or how long the earlier state lasted. */
export const durationLabel = ({ what }: TimelineEntry): 'away for' | 'after' => (ENDS_ABSENCE.has(what) ? 'away for' : 'after')

/** How long the time of an entry was: with its bounds where it has some. */
export const durationOf = ({ awayMs, awayAtLeastMs, awayAtMostMs }: TimelineEntry): string | undefined => {
  if (awayMs === undefined) return undefined
  if (awayAtLeastMs === undefined || awayAtMostMs === undefined) return durationText(awayMs)
  return durationBetween(awayAtLeastMs, awayAtMostMs)
}

/** How long something was away, and why it happened: `away for 1.2 s; because node 1 became DISCONNECTED`; empty for neither. */
export function entryDetails(entry: TimelineEntry): string {
  const { kind, cause } = entry
  const duration = durationOf(entry)
  // For a node, the text says it already.
  return [
    ...(duration === undefined || kind === 'health' ? [] : [`${durationLabel(entry)} ${duration}`]),
    ...(cause === undefined ? [] : [`because ${visible(cause)}`]),
  ].join('; ')
}
