import type { Pnn } from '../../../lib/cluster/node.ts'
import { type OwnerSpan, type OwnerSpans, ownersAt } from '../../../lib/history/owners.ts'

/** Who owned an address for how long, as it is drawn. */
export interface Bar {
  /** From 0 to 1, of the time of the picture. */
  readonly from: number
  readonly to: number
  /** `many`: more than one, for too short to be drawn. */
  readonly owner: Pnn | null | undefined | 'many'
  readonly fromMs: number
  readonly toMs: number
}

/** The owners of an address in the course of time. */
export interface Lane {
  readonly address: string
  readonly bars: readonly Bar[]
}

/** The time of a picture. */
export interface PictureTime {
  readonly fromMs: number
  readonly toMs: number
}

/** More cannot be looked at. */
const MOST_LANES = 200
/** With so few addresses, those that stayed are shown too. */
const FEW = 20
/** Less of the picture than this cannot be seen. */
const LEAST = 0.000_5
/** About so many bars a browser draws at once. */
const MOST_BARS = 40_000

/** The lanes of a picture: of the addresses that moved. */
export function lanesOf(owners: OwnerSpans, time: PictureTime): { readonly lanes: readonly Lane[]; readonly others: number } {
  const all = [...owners].map(([address, spans]) => ({ address, spans: within(inTime(spans), time) }))
  const wanted = all.length <= FEW ? all : all.filter(({ spans }) => spans.length > 1)
  // Those with the most changes, in the order of all.
  const most = new Set(wanted.toSorted((a, b) => b.spans.length - a.spans.length).slice(0, MOST_LANES))
  const least = Math.max(LEAST, most.size / MOST_BARS)
  const lanes = wanted
    .filter((each) => most.has(each))
    .map(({ address, spans }) => ({ address, bars: barsOf(spans, time, least) }))
  return { lanes, others: all.length - lanes.length }
}

interface Span extends PictureTime {
  readonly owner: Pnn | null | undefined
}

/** Where a clock was set back, times are there twice: what was seen then counts if it was the same. */
function inTime(spans: readonly OwnerSpan[]): readonly OwnerSpan[] {
  if (spans.every(({ fromMs }, index) => index === 0 || fromMs >= (spans[index - 1]?.fromMs ?? fromMs))) return spans
  const times = [...new Set(spans.map(({ fromMs }) => fromMs))].sort((a, b) => a - b)
  return times.map((fromMs) => ({ fromMs, owner: ownersAt(new Map([['', spans]]), fromMs)[0]?.owner }))
}

function within(spans: readonly OwnerSpan[], { fromMs, toMs }: PictureTime): readonly Span[] {
  const cut = spans.map(({ owner, fromMs: since }, index) => ({
    owner,
    fromMs: Math.max(since, fromMs),
    toMs: Math.min(spans[index + 1]?.fromMs ?? toMs, toMs),
  }))
  return cut.filter((span) => span.toMs > span.fromMs)
}

function barsOf(spans: readonly Span[], { fromMs, toMs }: PictureTime, least: number): readonly Bar[] {
  const place = (ms: number) => (ms - fromMs) / (toMs - fromMs)
  const bars: Bar[] = []
  for (const span of spans) {
    const bar: Bar = { ...span, from: place(span.fromMs), to: place(span.toMs) }
    const last = bars.at(-1)
    const isShort = bar.to - bar.from < least
    if (isShort && last && last.to - last.from < least)
      bars[bars.length - 1] = { ...last, owner: 'many', to: bar.to, toMs: bar.toMs }
    else bars.push(bar)
  }
  return bars
}
