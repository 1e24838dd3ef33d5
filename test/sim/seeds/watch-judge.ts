import type { Pnn } from '../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import type { AddressState } from '../../../src/lib/watch/cluster-state.ts'
import type { TimelineEntry } from '../../../src/lib/watch/timeline.ts'
import { START_MS } from '../../support/sim-world.ts'
import { MAX_LAG_MS, type WatchedWorld } from '../../support/watched-world.ts'
import type { WorldRecord } from '../../support/world-record.ts'
import type { Judged } from './judged-seeds.ts'
import { TrueCauses } from './watch-causes.ts'

/** How often the watch could say something, and how often it did. */
export interface WatchCounts {
  samples: number
  /** Takeover runs that no recovery brings. */
  runs: number
  runsExplained: number
  /** Takeover runs that a recovery brings. */
  recoveries: number
  recoveriesExplained: number
  moves: number
  movesExplained: number
  movesTimed: number
}

/** How a watch of a random world went. */
export interface WatchResult extends Judged<WatchCounts> {
  readonly timeline: readonly string[]
}

/** What is told is so late, and what happens in a step of the world is known only at its end. */
const LATE_MS = MAX_LAG_MS + 25

/** What a sample has seen, and from when to when it was taken. */
interface Seen {
  readonly fromMs: number
  readonly toMs: number
  /** Nodes whose daemons answered, and nodes whose kernels were seen. */
  readonly answered: ReadonlySet<Pnn>
  readonly kernels: ReadonlySet<Pnn>
}

/** Compares what a watch says with what really happened. */
export class WatchJudge {
  private readonly watch: WatchedWorld
  private readonly record: WorldRecord
  private readonly causes: TrueCauses
  private readonly wrong: string[] = []
  private readonly counts: WatchCounts = {
    ...{ samples: 0, runs: 0, runsExplained: 0, recoveries: 0, recoveriesExplained: 0 },
    ...{ moves: 0, movesExplained: 0, movesTimed: 0 },
  }
  private readonly lastAnswerMs = new Map<Pnn, number>()
  private judged = 0

  constructor(watch: WatchedWorld, record: WorldRecord) {
    this.watch = watch
    this.record = record
    this.causes = new TrueCauses(record, watch.small)
  }

  result(seed: number, done: readonly string[]): WatchResult {
    const timeline = this.watch.timeline.map((entry) => this.textOf(entry))
    return { seed, wrong: this.wrong, counts: this.counts, done, timeline }
  }

  /** Judges the entries that are new. */
  entries(): void {
    const { timeline } = this.watch
    for (; this.judged < timeline.length; this.judged++) {
      const entry = timeline[this.judged]
      if (entry) this.entry(entry)
    }
  }

  /** Judges the state after a sample. */
  sample(snapshot: Snapshot, beganMs: number): void {
    this.counts.samples += 1
    const sample = {
      fromMs: beganMs - LATE_MS,
      toMs: this.watch.nowMs,
      answered: new Set(snapshot.nodes.flatMap(({ pnn, known }) => (known ? [pnn] : []))),
      kernels: new Set(snapshot.nodes.flatMap(({ pnn, host }) => (host?.addresses ? [pnn] : []))),
    }
    for (const state of this.watch.tracker.state.addresses) {
      this.owner(state, sample)
      this.kernels(state, sample)
    }
    for (const pnn of sample.answered) this.lastAnswerMs.set(pnn, beganMs)
  }

  private owner({ address, owner }: AddressState, { fromMs, toMs, answered }: Seen): void {
    const { record } = this
    if (owner === null) {
      const sure = [...answered].find((pnn) => !record.claimed(pnn, address, fromMs, toMs).includes(false))
      if (sure !== undefined) this.say(`${address} is said to have no owner, but node ${sure} claims it`)
      return
    }
    // A node that does not answer is taken to own what it owned when it last did.
    const sinceMs = answered.has(owner) ? fromMs : (this.lastAnswerMs.get(owner) ?? 0) - LATE_MS
    // A node that is banned while it takes an address tells of that, though it claims the address no longer.
    const hasTold = this.watch.happened.some(
      (each) => each.event === 'TAKE_IP' && each.pnn === owner && each.address === address && each.atMs >= fromMs,
    )
    const isSo = hasTold || record.claimed(owner, address, sinceMs, toMs).includes(true)
    if (!isSo) this.say(`${address} is said to be node ${owner}'s, which does not claim it`)
  }

  private kernels({ address, owner, heldBy, kernel }: AddressState, { fromMs, toMs, kernels }: Seen): void {
    for (const pnn of kernels) {
      const isSaid = heldBy.includes(pnn)
      const isSo = this.record.held(pnn, address, fromMs, toMs).includes(isSaid)
      if (!isSo) this.say(`${address} is said ${isSaid ? '' : 'not '}to be in the kernel of node ${pnn}`)
    }
    const isSeen = owner !== null && kernels.has(owner)
    if (kernel === 'held' && !isSeen) this.say(`${address} is said to be held, but nobody saw that`)
  }

  private entry(entry: TimelineEntry): void {
    const { kind, what } = entry
    if (kind === 'takeover-run' && what === 'started') {
      if (this.causes.isOfRecovery(entry)) this.count(entry, 'recoveries', 'recoveriesExplained')
      else this.count(entry, 'runs', 'runsExplained')
    }
    if (kind === 'address' && what === 'moved') {
      this.count(entry, 'moves', 'movesExplained')
      if (entry.awayMs !== undefined) this.counts.movesTimed += 1
    }
    const wrong = this.causes.whyWrong(entry)
    if (wrong !== undefined) this.say(wrong)
    if (entry.awayMs !== undefined && (what === 'moved' || what === 'taken' || what === 'back')) this.time(entry, entry.awayMs)
  }

  private count({ cause }: TimelineEntry, all: 'runs' | 'recoveries' | 'moves', explained: `${typeof all}Explained`): void {
    this.counts[all] += 1
    if (cause !== undefined) this.counts[explained] += 1
  }

  private time({ pnns, to, atMs, addresses: [address = ''], ...entry }: TimelineEntry, awayMs: number): void {
    const owner = to ?? pnns[0] ?? -1
    const trueMs = this.record.awayBefore(address, owner, atMs)
    const { awayAtLeastMs = awayMs, awayAtMostMs = awayMs } = entry
    const isSo = trueMs !== undefined && trueMs >= awayAtLeastMs - LATE_MS && trueMs <= awayAtMostMs + LATE_MS
    const said = `${awayMs} ms (${awayAtLeastMs} to ${awayAtMostMs})`
    if (!isSo) this.say(`${address} was away for ${trueMs} ms, not ${said}, until node ${owner} had it`)
    if (awayMs < awayAtLeastMs || awayMs > awayAtMostMs) this.say(`${said} is not within its bounds`)
  }

  private say(text: string): void {
    if (this.wrong.length < 8) this.wrong.push(`at ${this.watch.nowMs - START_MS}: ${text}`)
  }

  private textOf({ atMs, kind, text, cause, awayMs }: TimelineEntry): string {
    return `${atMs - START_MS} ${kind} ${text} ${awayMs ?? ''}${cause === undefined ? '' : ` because ${cause}`}`
  }
}
