import type { RecorderClock } from '../../history/clocks.ts'
import type { Segment } from '../coverage.ts'

/** A time in which the cluster was seen, by the reference clock. */
export interface SeenSpan {
  readonly fromMs: number
  readonly toMs: number
  /** The last sample: what happened later, only its announcement was heard, if there was one. */
  readonly sampledMs: number
  /** Times of the recording and of the logs may differ by so much. */
  readonly slackMs: number
  readonly segment: Segment
}

/** When something happened that a log tells: at its line at the earliest. */
export interface When {
  readonly atMs: number
  readonly endMs: number
}

/** A recorder hears of events so late, apart from the clocks. */
const HEARD_MS = 1_000
/** What only samples show, it sees so late. */
export const SEEN_MS = 15_000

/** Times of what a recorder has heard and of logs may differ by so much. @param doubtMs how wrong the clocks of the nodes may be. */
export const slackOf = ({ uncertaintyMs = 0 }: RecorderClock, doubtMs: number): number => HEARD_MS + doubtMs + uncertaintyMs

/** The times in which the cluster was seen. @param doubtMs how wrong the clocks of the nodes may be. */
export const seenSpans = (segments: readonly Segment[], doubtMs: number): readonly SeenSpan[] =>
  segments
    .map((segment) => {
      const { fromMs, sampledMs, toMs, clock } = segment
      const slackMs = slackOf(clock, doubtMs)
      const { offsetMs } = clock
      return { fromMs: fromMs - offsetMs, sampledMs: sampledMs - offsetMs, toMs: toMs - offsetMs, slackMs, segment }
    })
    .sort((a, b) => a.fromMs - b.fromMs)

/**
 * Whether something happened while the cluster was seen, so that the recording tells it. `edge`: only perhaps, as it was about when that began or
 * ended.
 */
export function placeOf({ atMs, endMs }: When, spans: readonly SeenSpan[]): 'seen' | 'edge' | 'unseen' {
  let place: 'edge' | 'unseen' = 'unseen'
  for (const { fromMs, sampledMs, toMs, slackMs } of spans) {
    const isSampled = endMs + slackMs <= sampledMs && endMs + slackMs + SEEN_MS <= toMs
    if (atMs - slackMs >= fromMs && isSampled) return 'seen'
    if (atMs - slackMs <= toMs && endMs + slackMs + SEEN_MS >= fromMs) place = 'edge'
  }
  return place
}

/** How much of a time is in none of the spans, by their beginning. They overlap where a clock was set back. */
export function unseenOf([fromMs, toMs]: readonly [number, number], spans: readonly SeenSpan[]): number {
  let unseenMs = 0
  let atMs = fromMs
  for (const span of spans) {
    unseenMs += Math.max(0, Math.min(span.fromMs, toMs) - atMs)
    atMs = Math.max(atMs, Math.min(span.toMs, toMs))
  }
  return unseenMs + Math.max(0, toMs - atMs)
}
