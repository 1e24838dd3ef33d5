import { type ClockLink, linkBetween } from './clock-link.ts'
import { heardMarks, marksOf } from './clock-marks.ts'
import type { LogSource } from './log-event.ts'

/** What is known of a clock. */
export interface Clock {
  /** How far it is ahead of the reference, in milliseconds. 0 if that is not known. */
  offsetMs: number
  /** How wrong that may be; undefined if nothing shows it. */
  uncertaintyMs: number | undefined
  /** On how many pairs of lines the estimate rests. */
  pairs: number
}

/** A clock: that of a source, until it was set back. */
export interface LogClock extends Clock {
  readonly source: LogSource
  readonly step: number
}

/** The clock of a machine that records, until it was set back. */
export interface RecorderClock extends Clock {
  /** The file in which it is first. */
  readonly file: string
  /** When takeover runs were heard to be disabled, by the number of seconds; 0 for enabled again. */
  readonly heardMs: Map<number, number[]>
  /** When it saw the cluster. */
  readonly seen: (readonly [fromMs: number, toMs: number])[]
}

/** No clock of a recorder is farther off: what fits so is of another day. */
const MOST_RECORDER_MS = 600_000
const USUAL_RECORDER_MS = 500
const MANY_HEARD = 8
const LEAST_HEARD = 4

/**
 * Estimates how far each clock is ahead of the others, from the lines that belong together.
 * @param recorders their clocks too, in place.
 */
export function estimateClocks(sources: readonly LogSource[], recorders: readonly RecorderClock[] = []): readonly LogClock[] {
  const clocks = sources.flatMap((source) => {
    const steps = [...new Set(source.events.map(({ step }) => step))]
    return steps.map((step): LogClock => ({ source, step, offsetMs: 0, uncertaintyMs: undefined, pairs: 0 }))
  })
  const marks = [
    ...clocks.map((clock) => marksOf(clock.source.events.filter(({ step }) => step === clock.step))),
    ...recorders.map(({ heardMs, seen }) => heardMarks(heardMs, seen)),
  ]
  const all = [...clocks, ...recorders]
  const links = marks.flatMap((one, a) =>
    marks.slice(a + 1).flatMap((other, index): readonly Link[] => {
      const link = linkBetween(one, other)
      return link ? [{ ...link, a, b: a + 1 + index }] : []
    }),
  )
  const byPairs = links.sort((one, other) => other.pairs - one.pairs)
  const isOfRecorder = ({ b }: Link) => b >= clocks.length
  connect(all, [
    ...byPairs.filter((link) => !isOfRecorder(link)),
    ...byPairs.filter((link) => isOfRecorder(link) && isLikelyOfRecorder(link)),
  ])
  return clocks
}

/** Recorders hear only some of what logs tell, so that more has to fit. */
const isLikelyOfRecorder = ({ offsetMs, pairs, score }: Link): boolean =>
  score > 0 && pairs >= LEAST_HEARD && Math.abs(offsetMs) <= (pairs < MANY_HEARD ? USUAL_RECORDER_MS : MOST_RECORDER_MS)

interface Link extends ClockLink {
  readonly a: number
  readonly b: number
}

/** Joins the clocks by the links, in their order, and takes the clock with which most agree as the reference. */
function connect(clocks: readonly Clock[], links: readonly Link[]): void {
  const groups = clocks.map((_, index) => new Map([[index, { offsetMs: 0, uncertaintyMs: 0, pairs: 0 }]]))
  for (const { a, b, offsetMs, uncertaintyMs, pairs } of links) {
    const [one, other] = [groups[a], groups[b]]
    const [from, to] = [one?.get(a), other?.get(b)]
    if (!one || !other || !from || !to || one === other) continue
    for (const [index, member] of other) {
      one.set(index, {
        offsetMs: from.offsetMs + offsetMs - to.offsetMs + member.offsetMs,
        uncertaintyMs: Math.max(member.uncertaintyMs, from.uncertaintyMs) + uncertaintyMs,
        pairs: Math.max(member.pairs, pairs),
      })
      groups[index] = one
    }
    one.set(a, { ...from, pairs: Math.max(from.pairs, pairs) })
  }
  for (const group of new Set(groups)) {
    if (group.size < 2) continue
    const offsets = [...group.values()].map(({ offsetMs }) => offsetMs)
    const distance = (from: number) => offsets.reduce((sum, each) => sum + Math.min(1_000, Math.abs(each - from)), 0)
    const [reference = 0] = offsets.toSorted((one, other) => distance(one) - distance(other))
    for (const [index, { offsetMs, uncertaintyMs, pairs }] of group) {
      const clock = clocks[index]
      if (clock) Object.assign(clock, { offsetMs: offsetMs - reference, uncertaintyMs, pairs })
    }
  }
}
