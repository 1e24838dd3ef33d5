import type { Pnn } from '../../../src/lib/cluster/node.ts'
import { type History, historyOf } from '../../../src/lib/history/history.ts'
import { LogStore } from '../../../src/lib/history/log-store.ts'
import type { HistoryEntry } from '../../../src/lib/history/story/entry.ts'
import { isShown, logLine, usualLevel } from '../../../src/sim/log/entry.ts'
import { Random } from '../../../src/sim/world/random.ts'
import { START_MS } from '../../support/sim-world.ts'
import type { Happened } from '../../support/watched-world.ts'
import { drawTrouble } from './draw.ts'
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

/** What a node did with an address, as the history says. */
interface Said {
  readonly deed: string
  readonly fromMs: number
  readonly toMs: number
}

interface Truth {
  readonly happened: readonly Happened[]
  readonly causes: TrueCauses
  /** The logs begin in the middle. */
  readonly isCut: boolean
  /** Packets were under way for long, so that lines which belong together do not come at the same time, and the clocks seem to differ. */
  readonly isSlow: boolean
}

/** What a node did with an address. */
interface Done {
  readonly deed: string
  readonly atMs: number
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
      const wrong = causes.whyWrong({ ...entry, atMs: (entry.notAfterMs ?? entry.atMs) + LATE_MS })
      if (wrong !== undefined) this.wrong.push(wrong)
      if (entry.what !== 'moved') continue
      this.counts.moves += 1
      if (entry.cause !== undefined) this.counts.movesExplained += 1
    }
  }

  private addresses(entries: readonly HistoryEntry[], happened: readonly Happened[], slackMs: number): void {
    const said = Map.groupBy(entries.filter(isDeed), ({ addresses: [address = ''] }) => address)
    const done = Map.groupBy(happened, ({ address }) => address)
    for (const address of new Set([...said.keys(), ...done.keys()])) {
      const trueOfIt = (done.get(address) ?? []).map(({ event, pnn, atMs }) => ({ deed: `${event} ${pnn}`, atMs }))
      const saidOfIt = withoutSilent(said.get(address) ?? [], trueOfIt)
      this.compare(address, saidOfIt, this.isCut ? withoutUnknowable(trueOfIt, saidOfIt) : trueOfIt, slackMs)
    }
  }

  private compare(address: string, said: readonly Said[], done: readonly Done[], slackMs: number): void {
    const [one = '', other = ''] = [said, done].map((list) => list.map(({ deed }) => deed).join(', '))
    if (one !== other) this.wrong.push(`${address}: said ${one}; but it was ${other}`)
    else {
      said.forEach(({ deed, fromMs, toMs }, index) => {
        const trueMs = done[index]?.atMs ?? 0
        this.counts.takes += 1
        if (Number.isFinite(toMs)) this.counts.timesBounded += 1
        if (trueMs < fromMs - slackMs || trueMs > toMs + slackMs) {
          this.wrong.push(`${address}: ${deed} at ${trueMs - START_MS}, not ${fromMs - START_MS} to ${toMs - START_MS}`)
        }
      })
    }
  }
}

/** A node that ceases to own an address without saying that it releases it tells nobody if its kernel had lost it before. */
function withoutSilent(said: readonly HistoryEntry[], done: readonly Done[]): readonly Said[] {
  const all = said.map(deedOf)
  return all.length === done.length ? all : said.filter(({ text }) => !text.includes(' does not own ')).map(deedOf)
}

/**
 * What logs can tell that begin in the middle: a node that drops all its addresses does not name them, and those that it had before are not
 * known. So a release may be missing.
 */
function withoutUnknowable(done: readonly Done[], said: readonly Said[]): readonly Done[] {
  let index = 0
  return done.filter(({ deed }) => {
    const isSaid = said[index]?.deed === deed
    if (isSaid) index += 1
    return isSaid || deed.startsWith('TAKE_IP')
  })
}

const isDeed = ({ kind, what, addresses }: HistoryEntry): boolean =>
  kind === 'address' && addresses.length > 0 && ['moved', 'taken', 'released'].includes(what)

function deedOf({ what, atMs, to, pnns, notAfterMs = Number.POSITIVE_INFINITY }: HistoryEntry): Said {
  const pnn: Pnn = what === 'released' ? (pnns[0] ?? -1) : (to ?? -1)
  return { deed: `${what === 'released' ? 'RELEASE_IP' : 'TAKE_IP'} ${pnn}`, fromMs: atMs, toMs: notAfterMs }
}
