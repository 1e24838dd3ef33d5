import { isOnAll, type Marks } from './clock-marks.ts'
import { indexFrom } from './index-from.ts'

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
/** Lines that belong together are mostly this close: what others have in common is by chance, or of what takes some time. */
const CLOSE_MS = 30
/** Lines that follow so soon are of the same moment. */
const MOMENT_MS = 400
/** Another difference that explains more than this share of what the best one does may be the right one. */
const RIVAL = 0.85
/** The same, where the best one is large, and fewer moments more than that speak for it. */
const CLOSE_RIVAL = 0.5
const MORE = 2
/** So many differences are compared. */
const GUESSES = 40
/** Something that all nodes should have noted and one has not speaks against a difference as much as so many pairs for it. */
const MISS = 2

/** How two clocks differ; undefined if nothing shows it, or if it may be something else as well. */
export function linkBetween(one: Marks, other: Marks): ClockLink | undefined {
  const fits = guessesOf(one, other).map((guessMs) => fitOf(one, other, guessMs))
  const most = Math.max(...fits.map(({ close }) => close))
  const best = fits.find(({ close }) => close === most)
  if (!best || fits.some((each) => isRival(each, best))) return undefined
  const { offsetMs, pairs, score } = best
  const count = pairs.length
  if (count < LEAST_PAIRS) return undefined
  const isOnce = count < FEW || gapsIn(pairs, ONE_MOMENT_MS) === 0
  if (isOnce && Math.abs(offsetMs) > SURE_ONCE_MS) return undefined
  const deviations = pairs.map(({ difference }) => Math.abs(difference - offsetMs)).sort((x, y) => x - y)
  const spread = deviations[Math.floor(count * 0.9)] ?? 0
  const uncertaintyMs = Math.max(LEAST_UNCERTAINTY_MS, spread) + (count < FEW ? FEW_PAIRS_MS : 0)
  return { offsetMs, uncertaintyMs, pairs: count, score }
}

/** Whether another difference may be the right one: what comes again and again, as runs that fail, nearly fits a moment earlier and later too. */
function isRival(each: Fit, best: Fit): boolean {
  const explains = (share: number) => each.close > share * best.close
  if (Math.abs(each.offsetMs - best.offsetMs) <= 2 * PAIR_MS) return false
  // Clocks seldom differ by much, so that this takes more to show.
  if (Math.abs(best.offsetMs) <= SURE_ONCE_MS) return explains(RIVAL)
  if (best.moments - each.moments < MORE) return explains(CLOSE_RIVAL)
  return explains(RIVAL) && best.score - each.score < (1 - RIVAL) * best.close
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
  const guesses = [...bins.keys()].sort((a, b) => votesOf(b) - votesOf(a) || Math.abs(a) - Math.abs(b)).slice(0, GUESSES)
  return guesses.sort((a, b) => Math.abs(a) - Math.abs(b) || votesOf(b) - votesOf(a)).map((bin) => bin * BIN_MS)
}

interface Pair {
  readonly atMs: number
  readonly difference: number
}

/** How marks fit if the clocks differ by about that. */
interface Fit {
  /** The difference of most of them. */
  readonly offsetMs: number
  /** By time. */
  readonly pairs: readonly Pair[]
  /** How many pairs have nearly that difference, and of how many moments they are. */
  readonly close: number
  readonly moments: number
  readonly score: number
}

function fitOf(one: Marks, other: Marks, guessMs: number): Fit {
  const there = pairsOf(one, other, guessMs)
  const back = pairsOf(other, one, -guessMs)
  const pairs = there.pairs.sort((a, b) => a.atMs - b.atMs)
  const differences = pairs.map(({ difference }) => difference).sort((a, b) => a - b)
  const offsetMs = differences[differences.length >> 1] ?? guessMs
  const close = pairs.filter(({ difference }) => Math.abs(difference - offsetMs) <= CLOSE_MS)
  const score = pairs.length - MISS * Math.max(there.misses, back.misses)
  return { offsetMs, pairs, close: close.length, moments: 1 + gapsIn(close, MOMENT_MS), score }
}

/** How often nothing is for longer than that, from one pair to the next. */
const gapsIn = (pairs: readonly Pair[], longestMs: number): number =>
  pairs.filter(({ atMs }, index) => atMs - (pairs[index - 1]?.atMs ?? atMs) > longestMs).length

/** For each mark, the difference to the nearest one of the other clock; and how many there are that it should have, and has not. */
function pairsOf(one: Marks, other: Marks, guessMs: number): { readonly pairs: Pair[]; readonly misses: number } {
  const pairs: Pair[] = []
  let misses = 0
  for (const [kind, times] of one.times) {
    const others = other.times.get(kind) ?? []
    for (const ms of times) {
      const difference = nearestTo(others, ms + guessMs) - ms
      if (Math.abs(difference - guessMs) <= PAIR_MS) pairs.push({ atMs: ms, difference })
      else if (isOnAll(kind) && isWithin(other, ms + guessMs)) misses += 1
    }
  }
  return { pairs, misses }
}

/** The nearest of some times, which are in order; infinite if there are none. */
function nearestTo(times: readonly number[], ms: number): number {
  const next = indexFrom(times, ms, Number)
  const [before = Number.NEGATIVE_INFINITY, after = Number.POSITIVE_INFINITY] = [times[next - 1], times[next]]
  return ms - before <= after - ms ? before : after
}

const isWithin = ({ spans }: Marks, ms: number): boolean => spans.some(([fromMs, toMs]) => ms >= fromMs && ms <= toMs)
