import { RUN_SECONDS } from '../watch/disabled-runs.ts'
import type { LogEvent, LogSource } from './log-event.ts'

/** A clock: that of a source, until it was set back. */
export interface LogClock {
  readonly source: LogSource
  readonly step: number
  /** How far it is ahead of the reference, in milliseconds. 0 if that is not known. */
  offsetMs: number
  /** How wrong that may be; undefined if nothing shows it. */
  uncertaintyMs: number | undefined
  /** On how many pairs of lines the estimate rests. */
  pairs: number
}

/** Lines that different nodes write at the same moment, by what they are about. */
type Marks = ReadonlyMap<string, readonly number[]>

/** The last ones are enough, and their pairs grow with the square. */
const MARKS_USED = 300
const BIN_MS = 100
/** Lines that belong together are no farther apart, apart from the clocks. */
const PAIR_MS = 250
const BURST_MS = 200
const LEAST_UNCERTAINTY_MS = 2
/** What a few pairs may have in common by chance. */
const FEW_PAIRS_MS = 20
const FEW = 4
/** A single pair fits by chance. */
const LEAST_PAIRS = 2
/** Of something that happens only once, as of a single recovery, lines may be paired with those of another one. */
const ONE_MOMENT_MS = 3_000
/** So much clocks may differ if nothing happened twice. */
const SURE_ONCE_MS = 500
/** A difference that nearly as many pairs have, and that is smaller, is more likely, unless there are many pairs. */
const NEARLY = 0.9
const MANY = 10
/** So many of these differences are compared. */
const GUESSES = 10

/** Estimates how far each clock is ahead of the others, from the lines that belong together. */
export function estimateClocks(sources: readonly LogSource[]): readonly LogClock[] {
  const clocks = sources.flatMap((source) => {
    const steps = [...new Set(source.events.map(({ step }) => step))]
    return steps.map((step): LogClock => ({ source, step, offsetMs: 0, uncertaintyMs: undefined, pairs: 0 }))
  })
  const marks = clocks.map((clock) => marksOf(clock.source.events.filter(({ step }) => step === clock.step)))
  const links = clocks.flatMap((_, a) => clocks.slice(a + 1).flatMap((__, index) => linkOf(a, a + 1 + index, marks) ?? []))
  connect(
    clocks,
    links.sort((one, other) => other.pairs - one.pairs),
  )
  return clocks
}

interface Link {
  readonly a: number
  readonly b: number
  /** How far b is ahead of a. */
  readonly offsetMs: number
  readonly uncertaintyMs: number
  readonly pairs: number
}

/** Joins the clocks by the links with the most pairs, and takes the clock with which most agree as the reference. */
function connect(clocks: readonly LogClock[], links: readonly Link[]): void {
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

function linkOf(a: number, b: number, marks: readonly Marks[]): Link | undefined {
  const [one, other] = [marks[a], marks[b]]
  if (!one || !other) return undefined
  const guesses = mostFrequent(one, other).map((guessMs) => pairsOf(one, other, guessMs))
  const most = guesses.reduce((best, { length }) => Math.max(best, length), 0)
  // What comes again and again, as runs that fail, nearly fits a moment earlier and a moment later too.
  const enough = most > MANY ? most : NEARLY * most
  const at = guesses.findIndex(({ length }) => length >= enough)
  const nearest = guesses[at]
  const others = guesses.toSpliced(0, at + 1)
  if (!nearest) return undefined
  // That the lines of one moment fit those of another one, as of two recoveries, happens by chance.
  const better = hasMoments(nearest) ? undefined : others.find((each) => each.length > nearest.length && hasMoments(each))
  const paired = better ?? nearest
  const differences = paired.map(({ difference }) => difference).sort((x, y) => x - y)
  const pairs = differences.length
  const middle = differences[Math.floor(pairs / 2)]
  const isOnce = pairs < FEW || !hasMoments(paired)
  if (middle === undefined || pairs < LEAST_PAIRS || (isOnce && Math.abs(middle) > SURE_ONCE_MS)) return undefined
  const deviations = differences.map((each) => Math.abs(each - middle)).sort((x, y) => x - y)
  const spread = deviations[Math.floor(pairs * 0.9)] ?? 0
  const uncertaintyMs = Math.max(LEAST_UNCERTAINTY_MS, spread) + (pairs < FEW ? FEW_PAIRS_MS : 0)
  return { a, b, offsetMs: middle, uncertaintyMs, pairs }
}

/** The differences at which most marks of the two agree, the smallest first. */
function mostFrequent(one: Marks, other: Marks): readonly number[] {
  const bins = new Map<number, number>()
  for (const [kind, times] of one) {
    for (const otherMs of other.get(kind) ?? []) {
      for (const ms of times) {
        const bin = Math.round((otherMs - ms) / BIN_MS)
        bins.set(bin, (bins.get(bin) ?? 0) + 1)
      }
    }
  }
  const votesOf = (bin: number) => (bins.get(bin) ?? 0) + (bins.get(bin - 1) ?? 0) + (bins.get(bin + 1) ?? 0)
  const most = [...bins.keys()].reduce((best, bin) => Math.max(best, votesOf(bin)), 0)
  const likely = [...bins.keys()].filter((bin) => votesOf(bin) >= NEARLY * most)
  const guesses = likely.sort((a, b) => votesOf(b) - votesOf(a) || Math.abs(a) - Math.abs(b)).slice(0, GUESSES)
  return guesses.sort((a, b) => Math.abs(a) - Math.abs(b) || votesOf(b) - votesOf(a)).map((bin) => bin * BIN_MS)
}

/** Whether pairs are of several moments, not only of one. */
function hasMoments(pairs: readonly Pair[]): boolean {
  const times = pairs.map(({ atMs }) => atMs).sort((a, b) => a - b)
  return times.some((ms, index) => index > 0 && ms - (times[index - 1] ?? 0) > ONE_MOMENT_MS)
}

interface Pair {
  readonly atMs: number
  readonly difference: number
}

/** For each mark, the difference to the nearest one of the other clock. */
function pairsOf(one: Marks, other: Marks, guessMs: number): readonly Pair[] {
  return [...one].flatMap(([kind, times]) => {
    const others = other.get(kind) ?? []
    return times.flatMap((ms) => {
      const differences = others.map((each) => each - ms)
      const [nearest] = differences.sort((x, y) => Math.abs(x - guessMs) - Math.abs(y - guessMs))
      return nearest !== undefined && Math.abs(nearest - guessMs) <= PAIR_MS ? [{ atMs: ms, difference: nearest }] : []
    })
  })
}

function marksOf(events: readonly LogEvent[]): Marks {
  const marks = new Map<string, number[]>()
  for (const event of events) {
    const kind = kindOf(event)
    if (kind === undefined) continue
    const times = marks.get(kind) ?? []
    const isBurst = kind === 'release' || kind === 'take'
    if (!isBurst || event.rawMs - (times.at(-1) ?? Number.NEGATIVE_INFINITY) > BURST_MS) times.push(event.rawMs)
    marks.set(kind, times)
  }
  return new Map([...marks].map(([kind, times]) => [kind, times.slice(-MARKS_USED)]))
}

/** What other nodes log at the same moment. */
function kindOf({ read }: LogEvent): string | undefined {
  switch (read.name) {
    // The leader starts a run by asking the others to start none, and ends it by allowing them again.
    case 'runStarts':
      return `no runs for ${RUN_SECONDS} s`
    case 'disabling':
      return read.values.what === 'takeover runs' ? `no runs for ${read.values.seconds} s` : undefined
    case 'runSucceeded':
    case 'runFailed':
      return 'runs again'
    case 'reenabling':
      return read.values.what === 'takeover runs' ? 'runs again' : undefined
    case 'recoveryStarted':
    case 'recoveryFinished':
      return read.name
    case 'recoveryMode':
      return `recovery mode ${read.values.mode}`
    // The leader asks all nodes at once, first to release, and then to take.
    case 'release':
    case 'redundantRelease':
    case 'nowUnassigned':
      return 'release'
    case 'takeover':
    case 'redundantTakeover':
      return 'take'
    default:
      return undefined
  }
}
