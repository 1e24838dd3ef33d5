import { localTime } from '../../lib/local-time.ts'
import { durationText } from '../../lib/watch/duration.ts'
import { ENTRY_KINDS, type TimelineEntry, type Tone } from '../../lib/watch/timeline.ts'
import type { Paint } from '../table.ts'
import { visible } from '../visible.ts'

/** How good or bad it is, for those who see no colours; in a log one can search for it. */
const SIGNS: Record<Tone, string> = { good: '+', plain: ' ', warning: '!', error: 'X' }
const MOODS = { good: 'good', plain: 'plain', warning: 'plain', error: 'bad' } as const

const KIND_COLUMNS = Math.max(...ENTRY_KINDS.map((kind) => kind.length))

/**
 * An entry of the timeline as one line, without its end: time where the reader is, sign, kind, what happened, and in brackets how long it was
 * away, and why.
 */
export function entryLine(entry: TimelineEntry, { now, paint }: { readonly now: Date; readonly paint: Paint }): string {
  const { atMs, kind, tone, check } = entry
  const name = check === undefined ? '' : `${check}: `
  const head = `${SIGNS[tone]} ${kind.padEnd(KIND_COLUMNS)} ${visible(`${name}${entry.text}`)}`
  const more = entryDetails(entry)
  return `${localTime(new Date(atMs), now)} ${paint(MOODS[tone], head)}${more === '' ? '' : paint('quiet', ` (${more})`)}`
}

/** What ends the time of an address on no node. What is settled or mended was on several instead. */
const COME_BACK: ReadonlySet<string> = new Set(['moved', 'taken', 'back'])

/** What the time of an entry is: that an address was away for, or after which it happened. */
export const lapseWord = ({ what }: TimelineEntry): 'away for' | 'after' => (COME_BACK.has(what) ? 'away for' : 'after')

/** How long something was away, and why it happened: `away for 1.2 s; because node 1 became DISCONNECTED`; empty for neither. */
export function entryDetails(entry: TimelineEntry): string {
  const { kind, awayMs, cause } = entry
  // That of a node is in the text.
  return [
    ...(awayMs === undefined || kind === 'health' ? [] : [`${lapseWord(entry)} ${durationText(awayMs)}`]),
    ...(cause === undefined ? [] : [`because ${visible(cause)}`]),
  ].join('; ')
}
