import { isOnAll, type Marks } from './clock-marks.ts'

/** How two clocks differ. */
export interface ClockLink {
  /** How far the second one is ahead of the first. */
  readonly offsetMs: number
  readonly uncertaintyMs: number
  /** On how many pairs of marks it rests. */
  readonly pairs: number
  /** How well it fits. */
  readonly score: number
}

const BIN_MS = 100
/** Marks that belong together are no farther apart, apart from the clocks. */
const PAIR_MS = 250
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
/** A difference that fits nearly as well, and that is smaller, is more likely, unless there are many pairs. */
const NEARLY = 0.9
const MANY = 10
/** So many of these differences are compared. */
const GUESSES = 10
/** Something that all nodes should have noted and one has not speaks against a difference as much as so many pairs for it. */
const MISS = 2

/** How two clocks differ; undefined if nothing shows it. */
export function linkBetween(one: Marks, other: Marks): ClockLink | undefined {
  const fits = guessesOf(one, other).map((guessMs) => fitOf(one, other, guessMs))
  const most = Math.max(0, ...fits.map(({ pairs }) => pairs.length))
  // What comes again and again, as runs that fail, nearly fits a moment earlier and a moment later too.
  const enough = most > MANY ? most : NEARLY * most
  const nearest = fits.find(({ pairs }) => pairs.length >= enough)
  if (!nearest) return undefined
  // That the lines of one moment fit those of another one, as of two recoveries, happens by chance.
  const isBetter = (each: Fit) => each.pairs.length > nearest.pairs.length && hasMoments(each.pairs)
  const { pairs, score } = (hasMoments(nearest.pairs) ? undefined : fits.find(isBetter)) ?? nearest
  const differences = pairs.map(({ difference }) => difference).sort((x, y) => x - y)
  const count = differences.length
  const middle = differences[Math.floor(count / 2)]
  if (middle === undefined || count < LEAST_PAIRS) return undefined
  const isOnce = count < FEW || !hasMoments(pairs)
  if (isOnce && Math.abs(middle) > SURE_ONCE_MS) return undefined
  const deviations = differences.map((each) => Math.abs(each - middle)).sort((x, y) => x - y)
  const spread = deviations[Math.floor(count * 0.9)] ?? 0
  const uncertaintyMs = Math.max(LEAST_UNCERTAINTY_MS, spread) + (count < FEW ? FEW_PAIRS_MS : 0)
  return { offsetMs: middle, uncertaintyMs, pairs: count, score }
}

/** The differences at which most marks of the two agree, the smallest first. */
function guessesOf({ times: one }: Marks, { times: other }: Marks): readonly number[] {
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

/** How marks fit if the clocks differ by that. */
interface Fit {
  readonly pairs: readonly Pair[]
  readonly score: number
}

function fitOf(one: Marks, other: Marks, guessMs: number): Fit {
  const there = pairsOf(one, other, guessMs)
  const back = pairsOf(other, one, -guessMs)
  return { pairs: there.pairs, score: there.pairs.length - MISS * Math.max(there.misses, back.misses) }
}

/** For each mark, the difference to the nearest one of the other clock; and how many there are that it should have, and has not. */
function pairsOf(one: Marks, other: Marks, guessMs: number): { readonly pairs: readonly Pair[]; readonly misses: number } {
  const pairs: Pair[] = []
  let misses = 0
  for (const [kind, times] of one.times) {
    const others = other.times.get(kind) ?? []
    for (const ms of times) {
      const differences = others.map((each) => each - ms)
      const [nearest] = differences.sort((x, y) => Math.abs(x - guessMs) - Math.abs(y - guessMs))
      if (nearest !== undefined && Math.abs(nearest - guessMs) <= PAIR_MS) pairs.push({ atMs: ms, difference: nearest })
      else if (isOnAll(kind) && isWithin(other, ms + guessMs)) misses += 1
    }
  }
  return { pairs, misses }
}

const isWithin = ({ spans }: Marks, ms: number): boolean => spans.some(([fromMs, toMs]) => ms >= fromMs && ms <= toMs)
