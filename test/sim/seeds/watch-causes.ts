import { flagsText, type Pnn } from '../../../src/lib/cluster/node.ts'
import type { TimelineEntry } from '../../../src/lib/watch/timeline.ts'
import type { SmallWorld } from '../../support/sim-world.ts'
import type { TrueRun, WorldRecord } from '../../support/world-record.ts'

/** Flags and links are recorded so late, at most. */
const LATE_MS = 25
/** A run that began so shortly before may be another one, of another part of the cluster. */
const SAME_TIME_MS = 150
/** The clocks of logs may differ by this. */
const REPORT_MS = 500
/** CTDB moves addresses in a run that began no earlier than this. */
const LONGEST_RUN_MS = 130_000
/** A node that releases all its addresses takes so long. */
const LONGEST_DROP_MS = 1_000
/** What moved without a known cause is kept in mind for so long, and a move takes its time. */
const LONGEST_UNEXPLAINED_MS = 30_000

const RESTART = /^the daemon of node (\d+) was started again$/

/** From one moment to another. */
interface Span {
  readonly sinceMs: number
  readonly atMs: number
}

/** Compares causes with what was so in the world. */
export class TrueCauses {
  private readonly record: WorldRecord
  private readonly small: SmallWorld

  constructor(record: WorldRecord, small: SmallWorld) {
    this.record = record
    this.small = small
  }

  /** Whether the takeover run that an entry tells of is one that a recovery brings. */
  isOfRecovery({ atMs }: TimelineEntry): boolean {
    return this.runsUntil(atMs).some((run) => this.isInRecovery(run))
  }

  /** Why the cause that an entry gives is not that of the world; undefined if it is, or if it gives none. */
  whyWrong(entry: TimelineEntry): string | undefined {
    return this.isSo(entry) ? undefined : `not so: ${entry.text}, because ${entry.cause}`
  }

  private isSo(entry: TimelineEntry): boolean {
    const { kind, what, cause, atMs } = entry
    if (kind === 'health') return this.moved(entry) && this.wasStarted(entry)
    if (cause === undefined) return true
    if (kind === 'takeover-run' && what === 'started')
      return [...this.notBegun(atMs), ...this.runsUntil(atMs)].some((run) => this.startsRun(cause, run))
    return kind !== 'address' || this.moves(cause, entry)
  }

  /** Whether a run takes a change into account, and no earlier one did. */
  private startsRun(cause: string, run: TrueRun): boolean {
    const missing = /^(.+) (?:was|were) missing in the kernel of node (\d+)$/.exec(cause)
    if (missing) return this.wasMissed(missing[1] ?? '', Number(missing[2]), run)
    const askers = /^nodes? (.+) asked for it$/.exec(cause)?.[1]
    if (askers !== undefined) return [...askers.matchAll(/\d+/g)].every(([pnn]) => this.hasAsked(Number(pnn), run))
    if (cause === 'it is part of a recovery') return this.isInRecovery(run)
    return this.isNews(cause, run)
  }

  /** Runs that were said to start, but did not, as runs are disabled: they are not recorded. */
  private notBegun(sinceMs: number): TrueRun[] {
    return this.small.log.flatMap(({ pnn, atMs, text }) => {
      const isOne = text === 'Unable to begin - takeover runs are disabled' && Math.abs(atMs - sinceMs) <= REPORT_MS
      return isOne ? [{ leader: pnn, startMs: atMs, inputsMs: atMs, endMs: atMs, ok: false }] : []
    })
  }

  /** Whether its leader has begun a recovery since the run before. */
  private isInRecovery({ leader, startMs }: TrueRun): boolean {
    const before = this.record.runs.findLast((each) => each.leader === leader && each.startMs < startMs)
    return this.small.log.some(({ pnn, atMs, text }) => {
      return pnn === leader && text === 'Starting do_recovery' && atMs >= (before?.startMs ?? 0) && atMs <= startMs
    })
  }

  /** Whether something on a node asked for a run since the run before. */
  private hasAsked(pnn: Pnn, run: TrueRun): boolean {
    const before = this.record.runs.findLast((each) => each.startMs < run.startMs)
    return this.small.log.some(({ atMs, ...entry }) => {
      if (atMs < (before?.startMs ?? 0) || atMs > run.startMs) return false
      const asks = entry.pnn === pnn && /^Trigger takeoverrun|Ask recovery master to reallocate/.test(entry.text)
      return asks || (entry.source === 'world' && entry.text === 'run')
    })
  }

  private isNews(cause: string, run: TrueRun): boolean {
    const flags = /^(?:failback: )?node (\d+) became (.+)$/.exec(cause)
    if (flags) return this.areNewFlags(Number(flags[1]), flags[2] ?? '', run)
    const link = /^link (\S+) of node (\d+) (?:came|went) (up|down)$/.exec(cause)
    if (link) return this.isNewLink(link[1] ?? '', Number(link[2]), link[3] === 'up', run)
    const started = RESTART.exec(cause)?.[1]
    if (started !== undefined)
      return this.record.hasStarted(Number(started), this.successBefore(run)?.startMs ?? 0, run.inputsMs + LATE_MS)
    return false
  }

  /** Whether a daemon has learnt of an address, or forgotten it, since the last successful run before one of these, and not by a start. */
  private isReload(pnn: Pnn, knows: boolean, address: string, { sinceMs, atMs }: Span): boolean {
    const changedMs = this.record.lastKnew(pnn, address, knows, atMs)
    if (changedMs === undefined || changedMs < sinceMs - LATE_MS) return false
    return !this.record.hasStarted(pnn, changedMs - LATE_MS, knows ? changedMs + LATE_MS : atMs)
  }

  /** Whether a node got flags since the last successful run before this one. They may have passed again, as when a daemon was started at once. */
  private areNewFlags(pnn: Pnn, text: string, run: TrueRun): boolean {
    const { record } = this
    const { inputsMs } = run
    const fromMs = this.successBefore(run)?.startMs
    const all = record.flagsOf(pnn, fromMs ?? 0, inputsMs + LATE_MS)
    if (!all.includes(text)) return false
    if (fromMs === undefined) return true
    const wasGone = all.some((each) => String(each).includes('DISCONNECTED'))
    if (wasGone && !text.includes('DISCONNECTED')) return true
    // What the leader took into account: what the node says of itself, or what others believe of a node that says nothing.
    if (this.hasHeard(pnn, text, run.leader, { sinceMs: fromMs, atMs: inputsMs })) return true
    const own = record.ownFlagsOf(pnn, fromMs, inputsMs)
    if (own.some((each) => each !== undefined && each !== text)) return true
    return own[0] === undefined && !record.flagsOf(pnn, fromMs, fromMs).includes(text)
  }

  /** Whether a node has learnt that another one has these flags, which it took to have others. */
  private hasHeard(pnn: Pnn, text: string, by: Pnn, { sinceMs, atMs }: Span): boolean {
    return this.small.log.some((entry) => {
      if (entry.pnn !== by || entry.atMs < sinceMs || entry.atMs > atMs) return false
      const [, node, , flags] = /^Node (\d+) has changed flags - (\S+) -> (\S+)$/.exec(entry.text) ?? []
      return Number(node) === pnn && flagsText(Number(flags)) === text
    })
  }

  private isNewLink(name: string, pnn: Pnn, up: boolean, run: TrueRun): boolean {
    const fromMs = this.successBefore(run)?.startMs
    const states = this.record.linkWas(pnn, name, fromMs ?? 0, run.inputsMs + LATE_MS)
    return states.includes(up) && (fromMs === undefined || states.includes(!up))
  }

  /** Whether the node itself found all the addresses to be missing, since the last successful run. */
  private wasMissed(list: string, pnn: Pnn, run: TrueRun): boolean {
    const fromMs = (this.successBefore(run)?.startMs ?? 0) - LATE_MS
    const found = this.small.log.filter((entry) => {
      const isThen = entry.atMs >= fromMs && entry.atMs <= run.startMs
      return isThen && entry.pnn === pnn && entry.source === 'recoverd' && /not on an interface|is missing/.test(entry.text)
    })
    const addresses = list.split(/, | and /).filter((each) => /[.:]/.test(each))
    return addresses.every((address) => found.some(({ text }) => text.split(/[ ']/).includes(address)))
  }

  private moves(cause: string, { from, to, what, atMs, addresses: [address = ''], ...entry }: TimelineEntry): boolean {
    const pnn = Number(/node (\d+)/.exec(cause)?.[1])
    if (what === 'interface') return this.leftInterface(cause, pnn, entry.pnns, atMs)
    if (/^it was missing/.test(cause)) return this.wasAway(cause, pnn, address, atMs)
    const runs = this.runsUntil(atMs)
    const learnt = /^after a reload, node \d+ knows it$/.test(cause)
    if (learnt && pnn === to) {
      const sinceMs = Math.min(...runs.map((run) => this.successBefore(run)?.startMs ?? 0), atMs)
      return this.isReload(pnn, true, address, { sinceMs, atMs })
    }
    if (pnn === to && pnn !== from) return runs.some((run) => this.isNews(cause, run))
    // It may have been nowhere for some time.
    const givenUpMs = this.record.lastGivenUp(pnn, address, atMs) ?? atMs
    const sinceMs = Math.min(atMs, givenUpMs - LATE_MS, ...runs.map((run) => this.successBefore(run)?.startMs ?? 0))
    return pnn === (what === 'released' ? entry.pnns[0] : from) && this.movesAway(cause, pnn, address, { sinceMs, atMs })
  }

  /** Whether the link of an interface that an address left for another one of the node was down. */
  private leftInterface(cause: string, pnn: Pnn, [node]: readonly Pnn[], atMs: number): boolean {
    const link = /^link (\S+) of node \d+ (?:is|went) down$/.exec(cause)?.[1]
    if (link === undefined) return false
    return pnn === node && this.record.linkWas(pnn, link, atMs - LONGEST_RUN_MS, atMs).includes(false)
  }

  /** Whether an address was in no kernel, and whether a run was in progress that is said to have put it back. */
  private wasAway(cause: string, pnn: Pnn, address: string, atMs: number): boolean {
    const { record } = this
    if (cause.endsWith('gave it to another node')) {
      const wasMissing = record.held(pnn, address, atMs - LONGEST_RUN_MS, atMs).includes(false)
      return wasMissing && this.runsUntil(atMs).length > 0
    }
    const cameMs = record.lastCame(pnn, address, atMs)
    if (cameMs === undefined || !record.held(pnn, address, cameMs - LATE_MS, cameMs).includes(false)) return false
    const isInRun = record.runs.some(({ startMs, endMs }) => startMs <= atMs && endMs >= cameMs - SAME_TIME_MS)
    return isInRun || !cause.includes('a takeover run put it back')
  }

  private movesAway(cause: string, pnn: Pnn, address: string, { sinceMs, atMs }: Span): boolean {
    const { record } = this
    if (cause.endsWith('does not know it any more')) return this.isReload(pnn, false, address, { sinceMs, atMs })
    if (/ was in recovery mode for too long$/.test(cause)) return this.wasInRecovery(pnn, { sinceMs, atMs })
    const state = /^node \d+ is in run state (\w+)$/.exec(cause)?.[1]
    if (state !== undefined) return this.wasStarting(pnn, state, address, { sinceMs, atMs })
    if (RESTART.test(cause)) return record.hasStarted(pnn, sinceMs - LONGEST_UNEXPLAINED_MS, atMs)
    const flags = /^node \d+ (?:became|is) (.+)$/.exec(cause)?.[1]
    if (flags !== undefined) {
      return record.flagsOf(pnn, sinceMs, atMs).includes(flags) && this.wasBefore(pnn, flags, address, atMs)
    }
    const link = /^link (\S+) of node \d+ (?:is|went) down$/.exec(cause)?.[1]
    return link !== undefined && record.linkWas(pnn, link, sinceMs, atMs).includes(false)
  }

  /** Whether a node released all its addresses, as it was in recovery mode for too long. */
  private wasInRecovery(pnn: Pnn, { sinceMs, atMs }: Span): boolean {
    return this.small.log.some((entry) => {
      const isThen = entry.atMs >= sinceMs - LONGEST_DROP_MS && entry.atMs <= atMs
      return entry.pnn === pnn && isThen && entry.text.startsWith('Been in recovery mode for too long')
    })
  }

  /** Whether a node's daemon was in a run state, and was started after an address last was with the node. */
  private wasStarting(pnn: Pnn, state: string, address: string, { sinceMs, atMs }: Span): boolean {
    const { record } = this
    if (!record.runStates(pnn, sinceMs, atMs).includes(state)) return false
    const leftMs = record.lastGivenUp(pnn, address, atMs)
    if (leftMs === undefined || record.hasStarted(pnn, leftMs - LATE_MS, atMs)) return true
    return !record.runStates(pnn, leftMs - LATE_MS, leftMs).includes('RUNNING')
  }

  /** Whether a node had flags when an address left it. Those of a node that is gone come later. */
  private wasBefore(pnn: Pnn, flags: string, address: string, atMs: number): boolean {
    const becameMs = this.record.lastBecame(pnn, flags, atMs)
    const leftMs = this.record.lastLeft(pnn, address, atMs)
    if (becameMs === undefined) return false
    // Others of them may have followed: a stopped node was disabled too.
    const words = flags.split('|')
    const isPart = (each: unknown) =>
      String(each)
        .split('|')
        .every((word) => words.includes(word))
    if (leftMs !== undefined && this.record.flagsOf(pnn, leftMs - LATE_MS, leftMs + LATE_MS).some(isPart)) return true
    return flags.includes('DISCONNECTED') || leftMs === undefined || becameMs <= leftMs + LATE_MS
  }

  /** Whether the addresses that an entry about a node's flags names left that node, or came to it. */
  private moved({ text, pnns: [pnn = -1], addresses, atMs }: TimelineEntry): boolean {
    const way = /(left it|came to it)$/.exec(text)?.[1]
    const isNow = (movedMs: number | undefined) => movedMs !== undefined && movedMs >= atMs - LONGEST_UNEXPLAINED_MS
    const others = this.small.world.nodes.map((node) => node.pnn).filter((each) => each !== pnn)
    return addresses.every((address) => {
      if (way !== 'left it') return isNow(this.record.lastCame(pnn, address, atMs))
      // A node that hangs keeps it, and another one takes it.
      return (
        isNow(this.record.lastLeft(pnn, address, atMs)) || others.some((each) => isNow(this.record.lastCame(each, address, atMs)))
      )
    })
  }

  /** Whether a daemon that is said to be started again was, since something could last be known of it. */
  private wasStarted({ what, pnns: [pnn = -1], atMs }: TimelineEntry): boolean {
    return what !== 'restarted' || this.record.hasStarted(pnn, 0, atMs)
  }

  /** The run that is in progress or was the last, and others of about the same time. */
  private runsUntil(atMs: number): TrueRun[] {
    const runs = this.record.runs.filter(({ startMs }) => startMs <= atMs && startMs >= atMs - LONGEST_RUN_MS)
    return runs.filter((run) => run === runs.at(-1) || Math.max(run.startMs, run.endMs) >= atMs - SAME_TIME_MS)
  }

  private successBefore({ startMs }: TrueRun): TrueRun | undefined {
    return this.record.runs.findLast((run) => run.ok && run.endMs <= startMs)
  }
}
