import type { Pnn } from '../../../src/lib/cluster/node.ts'
import { type History, type HistoryNode, historyOf } from '../../../src/lib/history/history.ts'
import { LogStore } from '../../../src/lib/history/log-store.ts'
import type { HistoryEntry } from '../../../src/lib/history/story/entry.ts'
import { isShown, logLine, usualLevel } from '../../../src/sim/log/entry.ts'
import { Random } from '../../../src/sim/world/random.ts'
import { deedOf, inOrderOfEnds, isDeed, isDoubtful, type Pair, pairsOf, unnamedReleases } from '../../support/history-deeds.ts'
import { START_MS } from '../../support/sim-world.ts'
import { type Happened, WatchedWorld } from '../../support/watched-world.ts'
import type { WorldRecord } from '../../support/world-record.ts'
import { drawTrouble } from './draw.ts'
import type { Judged } from './judged-seeds.ts'
import { beginRecorded } from './recorded.ts'
import { isTrueState } from './true-states.ts'
import { TrueCauses } from './watch-causes.ts'

/** Steps of the world, and messages on their way. */
const LATE_MS = 50
const SHIFT_MS = 7_000
/** Messages are under way for so long, if none is lost. */
const UNDER_WAY_MS = 5

/** How often the history could say something, and how often it did. */
export interface HistoryCounts {
  clusters: number
  judged: number
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
  const { era, faults, small, record, watch } = beginRecorded(seed, random, (world) => new WatchedWorld(world))
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
      record,
      isCut: seed % 2 === 1,
      isSlow: done.some((line) => / delay-between /.test(line)),
      shifted,
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
  readonly record: WorldRecord
  /** The logs begin in the middle. */
  readonly isCut: boolean
  /** Packets were under way for long, so that lines which belong together do not come at the same time, and the clocks seem to differ. */
  readonly isSlow: boolean
  /** The node whose clock is wrong; -1 for none. */
  readonly shifted: Pnn
}

const FIRST_COUNTS: HistoryCounts = { clusters: 1, judged: 0, takes: 0, moves: 0, movesExplained: 0, timesBounded: 0 }

/** Whether a release that may not have been completed was not: why an address left cannot be compared then. */
const isNotDone = (entry: HistoryEntry, record: WorldRecord): boolean =>
  isDoubtful(entry) &&
  !record.held(entry.pnns[0] ?? -1, entry.addresses[0] ?? '', entry.atMs, Number.POSITIVE_INFINITY).includes(false)

class Judge {
  private readonly isCut: boolean
  private readonly happened: readonly Happened[]
  readonly wrong: string[] = []
  readonly counts: HistoryCounts = { ...FIRST_COUNTS }

  constructor({ entries, unknown, nodes }: History, { happened, causes, record, isCut, isSlow, shifted }: Truth) {
    this.isCut = isCut
    this.happened = happened
    this.whose(nodes)
    // Where few lines name nodes, it cannot be told which node is which.
    if (unknown.length > 0 || isSlow) return
    this.clocks(nodes, shifted)
    // A clock that cannot be compared is taken to be right, and the user is told so.
    if (shifted >= 0 && nodes.some(({ clocks }) => clocks[0]?.uncertaintyMs === undefined)) return
    this.counts.judged += 1
    const doubts = nodes.flatMap(({ clocks }) => clocks.map(({ uncertaintyMs = 0 }) => uncertaintyMs))
    const slack = Math.max(0, ...doubts)
    this.addresses(entries, happened, LATE_MS + slack)
    for (const entry of entries) this.entry(entry, causes, record, slack)
  }

  private entry(entry: HistoryEntry, causes: TrueCauses, record: WorldRecord, slack: number): void {
    // When it ended is as unsure as the clocks are.
    const ends = this.endsOf(entry, slack).map((ms) => causes.whyWrong({ ...entry, atMs: ms + LATE_MS }))
    if (!isNotDone(entry, record) && !ends.includes(undefined)) this.wrong.push(ends[0] ?? '')
    const about = { fromMs: entry.atMs - LATE_MS - slack, toMs: entry.atMs + LATE_MS + slack }
    if (!isTrueState(entry, record, about)) this.wrong.push(`not so: ${entry.text} at ${entry.atMs - START_MS}`)
    if (entry.what !== 'moved') return
    this.counts.moves += 1
    if (entry.cause !== undefined) this.counts.movesExplained += 1
  }

  private endsOf(entry: HistoryEntry, slackMs: number): readonly number[] {
    const { atMs, notAfterMs, addresses } = entry
    const deed = isDeed(entry) ? deedOf(entry).deed : ''
    const isIt = (each: Happened) => `${each.event} ${each.pnn}` === deed && each.address === addresses[0]
    const done = notAfterMs === undefined ? this.happened.find((each) => isIt(each) && each.atMs >= atMs - slackMs) : undefined
    return [(notAfterMs ?? atMs) + slackMs, notAfterMs ?? atMs, ...(done ? [done.atMs] : [])]
  }

  private whose(nodes: readonly HistoryNode[]): void {
    for (const { pnn, sources } of nodes) {
      for (const { file } of sources) if (file !== `node${pnn}.log`) this.wrong.push(`${file} is taken for that of node ${pnn}`)
    }
  }

  /** No clock differs from the others by more than what is said of it. */
  private clocks(nodes: readonly HistoryNode[], shifted: Pnn): void {
    const known = nodes.flatMap(({ pnn, clocks }) =>
      clocks.flatMap(({ offsetMs, uncertaintyMs }) =>
        uncertaintyMs === undefined ? [] : [{ pnn, uncertaintyMs, errorMs: offsetMs - (pnn === shifted ? SHIFT_MS : 0) }],
      ),
    )
    for (const one of known) {
      for (const other of known) {
        const wrongMs = Math.abs(one.errorMs - other.errorMs)
        if (wrongMs > one.uncertaintyMs + other.uncertaintyMs + UNDER_WAY_MS) {
          this.wrong.push(`the clocks of nodes ${one.pnn} and ${other.pnn} are wrong by ${wrongMs} ms`)
        }
      }
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
