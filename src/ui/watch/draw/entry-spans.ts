import type { TimelineEntry } from '../../../lib/watch/timeline.ts'
import { entryDetails } from '../entry-line.ts'
import { cell, type Line, span } from './line.ts'
import { toneSign } from './state-words.ts'
import { harmless } from './text-columns.ts'
import { clockText } from './times.ts'

/** `14:05:10 ✗ 10.0.0.31 is on no node (because node 1 became UNHEALTHY)`. */
export function entrySpans(entry: TimelineEntry, nowMs: number): Line {
  const { atMs, tone, text, check } = entry
  const { sign, style } = toneSign(tone)
  const details = entryDetails(entry)
  return [
    cell(clockText(atMs, nowMs), 8, 'quiet'),
    span(` ${sign} `, style),
    span(harmless(check === undefined ? text : `${check}: ${text}`), style),
    ...(details === '' ? [] : [span(` (${harmless(details)})`, 'quiet')]),
  ]
}
