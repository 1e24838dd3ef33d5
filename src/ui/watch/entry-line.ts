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

/** How long something was away, and why it happened: `away for 1.2 s; because node 1 became DISCONNECTED`; empty for neither. */
export function entryDetails({ kind, awayMs, cause }: TimelineEntry): string {
  const isOfAddress = kind === 'address' || kind === 'kernel'
  // That of a node is in the text.
  return [
    ...(awayMs === undefined || kind === 'health' ? [] : [`${isOfAddress ? 'away for' : 'after'} ${durationText(awayMs)}`]),
    ...(cause === undefined ? [] : [`because ${visible(cause)}`]),
  ].join('; ')
}
