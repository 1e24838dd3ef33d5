import { localDateTime, localTime } from '../../../lib/local-time.ts'
import { memoizeLast } from '../model/memoize.ts'
import type { Model, Replay } from '../model/model.ts'
import { type Line, lineColumns, type Span, span } from './line.ts'

/** Shorter than this, a bar says nothing. */
const LEAST_COLUMNS = 10
const SIGNS = { error: '!', entry: '·', nothing: '─' } as const

/**
 * The time line of a recording: the time that is shown, whether and how fast it plays, and a bar from the beginning to the end, with the events on it
 * and the time that is shown in inverse.
 */
export function timeLine({ nowMs, replay }: Model & { readonly replay: Replay }, columns: number): Line {
  const { fromMs, toMs, readShare, isPlaying, speed, events } = replay
  const time = (ms: number) => localTime(new Date(ms), new Date(nowMs))
  const state = `${isPlaying ? 'playing' : 'paused'} ${speed}x`
  const left: Span[] = [span(localDateTime(new Date(nowMs)), 'strong'), span(` ${state}  `, isPlaying ? 'good' : 'quiet')]
  const right: Span[] = readShare < 1 ? [span(`  reading ${Math.floor(readShare * 100)} %`, 'warning')] : []
  const [from, to] = [span(`${time(fromMs)} `, 'quiet'), span(` ${time(toMs)}`, 'quiet')]
  const room = columns - lineColumns([...left, from, to, ...right])
  if (room < LEAST_COLUMNS) return [...left, ...right]
  const at = columnOf(nowMs, fromMs, toMs, room)
  return [
    ...left,
    from,
    ...bar(events, fromMs, toMs, room).map((each, index) => ({ ...each, isMarked: index === at })),
    to,
    ...right,
  ]
}

/** The cells of the bar, each with the worst that has happened in its time. */
const bar = memoizeLast((events: Replay['events'], fromMs: number, toMs: number, columns: number): readonly Span[] => {
  const cells = Array.from({ length: columns }, (): Span => span(SIGNS.nothing, 'quiet'))
  for (const { atMs, tone } of events) {
    const at = columnOf(atMs, fromMs, toMs, columns)
    if (cells[at]?.text === SIGNS.error) continue
    cells[at] = tone === 'error' ? span(SIGNS.error, 'error') : span(SIGNS.entry)
  }
  return cells
})

function columnOf(atMs: number, fromMs: number, toMs: number, columns: number): number {
  const share = toMs > fromMs ? (atMs - fromMs) / (toMs - fromMs) : 0
  return Math.max(0, Math.min(columns - 1, Math.floor(share * columns)))
}
