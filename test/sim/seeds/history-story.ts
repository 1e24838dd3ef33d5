import { type History, historyOf } from '../../../src/lib/history/history.ts'
import { LogStore } from '../../../src/lib/history/log-store.ts'
import type { HistoryEntry } from '../../../src/lib/history/story/entry.ts'
import { isShown, logLine, usualLevel } from '../../../src/sim/log/entry.ts'
import { Random } from '../../../src/sim/world/random.ts'
import { START_MS } from '../../support/sim-world.ts'
import type { Happened } from '../../support/watched-world.ts'
import { drawTrouble } from './draw.ts'
import { deedOf, inOrderOfEnds, isDeed, isDoubtful, type Pair, pairsOf, unnamedReleases } from './history-deeds.ts'
import type { Judged } from './judged-seeds.ts'
import { beginRecorded } from './recorded.ts'
import { TrueCauses } from './watch-causes.ts'

/** Steps of the world, and messages on their way. */
const LATE_MS = 50
const SHIFT_MS = 7_000

/** How often the history could say something, and how often it did. */
export interface HistoryCounts {
  takes: number
  moves: number
  movesExplained: number
  timesBounded: number
}

/** What the history of a random cluster said. */
export interface HistoryResult extends Judged<HistoryCounts> {
  readonly timeline: readonly string[]
  readonly log: readonly string[]
}

/** Simulates a random cluster with random faults, and compares what its logs tell with what really happened. */
export function historySeed(seed: number): HistoryResult {
  const random = new Random(seed)
  const { era, faults, small, record, watch } = beginRecorded(seed, random)
  const beganMs = watch.nowMs
  // Logs that begin in the middle say less.
  if (seed % 2 === 1) small.log.length = 0
  const done: string[] = []
  for (let count = faults; count > 0; count--) {
    const line = drawTrouble(random, small.world, seed)
    done.push(`at ${(watch.nowMs - START_MS) / 1_000} ${line}`)
    small.do(line)
    watch.pass(random.percent(50) ? random.between(0, 1_500) : random.between(0, 20_000))
  }
  watch.pass(30_000)
  const level = usualLevel(era)
  const shifted = seed % 3 === 0 ? random.between(0, small.world.nodes.length - 1) : -1
  const store = new LogStore({ fromLocal: (ms) => ms, nowMs: watch.nowMs })
  for (const { pnn } of small.world.nodes) {
    const entries = small.log.filter((entry) => entry.pnn === pnn && isShown(entry, level))
    const shift = pnn === shifted ? SHIFT_MS : 0
    const reader = store.open(`node${pnn}.log`, seed % 5 === 0 ? undefined : pnn)
    reader.push(entries.map((entry) => `${logLine({ ...entry, atMs: entry.atMs + shift }, era)}\n`).join(''))
    reader.end()
  }
  const history = historyOf(store)
  // If most agree with the shifted clock, that is the reference.
  const ahead =
    shifted === -1 ? 0 : SHIFT_MS - (history.nodes.find(({ pnn }) => pnn === shifted)?.clocks[0]?.offsetMs ?? SHIFT_MS)
  const entries = history.entries.map((entry) => ({
    ...entry,
    atMs: entry.atMs - ahead,
    ...(entry.notAfterMs !== undefined && { notAfterMs: entry.notAfterMs - ahead }),
  }))
  const judge = new Judge(
    { ...history, entries: entries.filter(({ atMs }) => atMs >= beganMs - LATE_MS) },
    {
      happened: watch.happened,
      causes: new TrueCauses(record, small),
      isCut: seed % 2 === 1,
      isSlow: done.some((line) => / delay-between /.test(line)),
    },
  )
  return {
    seed,
    done,
    wrong: judge.wrong,
    counts: judge.counts,
    timeline: [
      ...history.nodes.map(
        ({ pnn, clocks }) =>
          `clock of node ${pnn}: ${clocks.map((each) => `${each.step}: ${each.offsetMs} ± ${each.uncertaintyMs} of ${each.pairs}`)}`,
      ),
      ...history.entries.map(textOf),
    ],
    log: small.log.filter((entry) => isShown(entry, level)).map((entry) => logLine(entry, era)),
  }
}

const textOf = ({ atMs, kind, text, cause }: HistoryEntry): string =>
  `${(atMs - START_MS) / 1_000} ${kind} ${text}${cause === undefined ? '' : ` because ${cause}`}`

interface Truth {
  readonly happened: readonly Happened[]
  readonly causes: TrueCauses
  /** The logs begin in the middle. */
  readonly isCut: boolean
  /** Packets were under way for long, so that lines which belong together do not come at the same time, and the clocks seem to differ. */
  readonly isSlow: boolean
}

class Judge {
  private readonly isCut: boolean
  readonly wrong: string[] = []
  readonly counts: HistoryCounts = { takes: 0, moves: 0, movesExplained: 0, timesBounded: 0 }

  constructor({ entries, unknown, nodes }: History, { happened, causes, isCut, isSlow }: Truth) {
    this.isCut = isCut
    // That a cluster in which nothing happens does not say which node is which is no fault.
    if (unknown.length > 0) return
    const doubts = nodes.flatMap(({ clocks }) => clocks.map(({ uncertaintyMs }) => uncertaintyMs))
    // What cannot be compared is taken to be right, and the user is told so.
    if (isSlow || (doubts.includes(undefined) && nodes.length > 1)) return
    const slack = Math.max(0, ...doubts.map((doubt = 0) => doubt))
    this.addresses(entries, happened, LATE_MS + slack)
    for (const entry of entries) {
      if (isDoubtful(entry)) continue
      const wrong = causes.whyWrong({ ...entry, atMs: (entry.notAfterMs ?? entry.atMs) + LATE_MS + slack })
      if (wrong !== undefined) this.wrong.push(wrong)
      if (entry.what !== 'moved') continue
      this.counts.moves += 1
      if (entry.cause !== undefined) this.counts.movesExplained += 1
    }
  }

  private addresses(entries: readonly HistoryEntry[], happened: readonly Happened[], slackMs: number): void {
    const said = Map.groupBy(entries.filter(isDeed), ({ addresses: [address = ''] }) => address)
    const done = Map.groupBy(happened, ({ address }) => address)
    const unnamed = unnamedReleases(entries)
    for (const address of new Set([...said.keys(), ...done.keys()])) {
      const trueOfIt = (done.get(address) ?? []).map(({ event, pnn, atMs }) => ({ deed: `${event} ${pnn}`, atMs }))
      const saidOfIt = inOrderOfEnds((said.get(address) ?? []).map(deedOf), trueOfIt, slackMs)
      const pairs = pairsOf(saidOfIt, trueOfIt, { slackMs, isCut: this.isCut, unnamed })
      if (pairs) this.times(address, pairs, slackMs)
      else {
        const [one = '', other = ''] = [saidOfIt, trueOfIt].map((list) => list.map(({ deed }) => deed).join(', '))
        this.wrong.push(`${address}: said ${one}; but it was ${other}`)
      }
    }
  }

  private times(address: string, pairs: readonly Pair[], slackMs: number): void {
    for (const [{ deed, fromMs, toMs }, { atMs }] of pairs) {
      this.counts.takes += 1
      if (Number.isFinite(toMs)) this.counts.timesBounded += 1
      if (atMs < fromMs - slackMs || atMs > toMs + slackMs) {
        this.wrong.push(`${address}: ${deed} at ${atMs - START_MS}, not ${fromMs - START_MS} to ${toMs - START_MS}`)
      }
    }
  }
}
