import { NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import { RUN_SECONDS } from '../../watch/disabled-runs.ts'
import { TakeoverRuns } from '../../watch/takeover-runs.ts'
import { wereMissingText } from '../../watch/words.ts'
import { indexFrom } from '../index-from.ts'
import type { HistoryWriter, NodeEvent } from './entry.ts'
import { isUnfitStory, type NodeChange, type NodeStory } from './node-story.ts'

/** A leader's own lines tell more of a run than the others' lines, which come about the same time. */
const SAME_RUN_MS = 5_000
/** A change this old is not what a run is about. */
const RECENT_MS = 12_000
/** A run is over after this time, whatever the log says. */
const LONGEST_MS = 130_000
/** The run of which the leader says that it was asked for it is in progress so soon after that. */
const FORCED_MS = 5_000
/** The leader begins so soon after it said so. If others tell of a run only later, it may be the next one. */
const FORCED_LAG_MS = 500

/** A tool has disabled takeover runs when one node says so; the others say so soon after that. */
const PAUSE_LAG_MS = 20

/** What the others believe of a node that they cannot reach, whatever it said. */
const LOST_FLAGS = NODE_FLAG.DISCONNECTED | NODE_FLAG.UNHEALTHY

interface Tools {
  readonly writer: HistoryWriter
  readonly nodes: ReadonlyMap<Pnn, NodeStory>
  readonly events: readonly NodeEvent[]
}

/** The takeover runs of a history: when they began and ended, and which changes they have taken into account. */
export class RunStory {
  private readonly tools: Tools
  private readonly runs: TakeoverRuns
  private readonly ownStarts: readonly number[]
  private readonly ownEnds: readonly number[]
  /** When tools disabled takeover runs. */
  private readonly pauses: readonly number[]
  private beganMs: number | undefined
  /** When the last run began that succeeded, or of which nobody says that it failed. */
  private servedMs = Number.NEGATIVE_INFINITY
  private lastBeganMs = Number.NEGATIVE_INFINITY
  /** Why the run that is in progress fails. */
  private failure: string | undefined
  private askedBy: NodeEvent | undefined
  isInRecovery = false
  private endedMs = Number.NEGATIVE_INFINITY
  private forcedMs = Number.NEGATIVE_INFINITY
  private forcedBeforeMs = Number.NEGATIVE_INFINITY
  /** Who says that the run starts; undefined if only the others do. */
  private leader: Pnn | undefined

  constructor(tools: Tools) {
    this.tools = tools
    const causes = { whyTakeoverRun: (atMs: number) => this.why(atMs), noteUnhearableRuns: () => {} }
    this.runs = new TakeoverRuns(
      tools.writer,
      causes,
      () => {},
      () => this.isInRecovery,
    )
    const timesOf = (...names: readonly string[]) =>
      tools.events.filter(({ event }) => names.includes(event.read.name)).map(({ atMs }) => atMs)
    this.ownStarts = timesOf('runStarts')
    this.ownEnds = timesOf('runSucceeded', 'runFailed')
    this.pauses = tools.events.filter(isPause).map(({ atMs }) => atMs)
  }

  isInProgress(atMs: number): boolean {
    return (this.beganMs !== undefined && atMs - this.beganMs < LONGEST_MS) || atMs - this.forcedMs < FORCED_MS
  }

  /** Whether a tool has disabled takeover runs: not all nodes log it before the tool goes on. */
  isPausedByTool({ atMs, uncertaintyMs = 0 }: NodeEvent): boolean {
    const next = this.pauses[indexFrom(this.pauses, atMs, Number)] ?? Number.POSITIVE_INFINITY
    if (next - atMs <= PAUSE_LAG_MS + uncertaintyMs) return true
    return [...this.tools.nodes.values()].some(({ pausedBy }) => pausedBy !== undefined && pauseEndMs(pausedBy) >= atMs)
  }

  /** Since when changes have not been taken into account by a run that succeeded. */
  get freshSinceMs(): number {
    return this.servedMs
  }

  /** Whether a run may have been in progress between two moments, of which the second is not long ago. */
  wasInProgress(fromMs: number, toMs: number): boolean {
    const { beganMs, endedMs, forcedMs } = this
    const isForced = forcedMs <= toMs && forcedMs + FORCED_MS >= fromMs
    return endedMs >= fromMs || (beganMs !== undefined && beganMs <= toMs) || isForced
  }

  /** A node asked the leader for a run. */
  asked(by: NodeEvent): void {
    this.askedBy = by
  }

  /** The leader says that its run starts. */
  started({ pnn, atMs }: NodeEvent): void {
    this.leader = pnn
    this.runs.started('own', pnn, atMs)
    this.begin(atMs)
  }

  /** The leader of 2017 says that it was asked for a run, which is about to start. Without other nodes, nothing else tells of it. */
  forced({ atMs }: NodeEvent): void {
    this.forcedBeforeMs = this.forcedMs
    this.forcedMs = atMs
  }

  /** A node was asked to start no run, as there is one. */
  startedElsewhere({ pnn, atMs }: NodeEvent): void {
    if (isNear(this.ownStarts, atMs)) return
    this.leader = undefined
    this.runs.started('asked', pnn, atMs)
    if (this.beganMs === undefined || atMs - this.beganMs >= LONGEST_MS) this.begin(atMs)
  }

  /** The leader says how its run ended. */
  ended({ pnn, atMs }: NodeEvent, isFailed: boolean): void {
    this.runs.ended('own', pnn, atMs, isFailed ? { cause: this.failure } : undefined)
    this.end(atMs, isFailed)
  }

  endedElsewhere({ pnn, atMs }: NodeEvent): void {
    if (isNear(this.ownEnds, atMs)) return
    this.runs.ended('asked', pnn, atMs)
    this.end(atMs, this.failure !== undefined)
  }

  /** A node did not do what the leader asked it to do. */
  failed(text: string): void {
    this.failure ??= text
  }

  timePassed(atMs: number): void {
    this.runs.timePassed(atMs)
  }

  private begin(atMs: number): void {
    this.lastBeganMs = atMs
    this.beganMs = atMs
    this.failure = undefined
    this.askedBy = undefined
  }

  private end(atMs: number, isFailed: boolean): void {
    this.endedMs = atMs
    if (this.beganMs !== undefined && !isFailed) this.servedMs = this.beganMs
    this.beganMs = undefined
  }

  private why(atMs: number): string | undefined {
    const { nodes } = this.tools
    const { forcedMs, forcedBeforeMs } = this
    const beganMs = Math.max(this.lastBeganMs, atMs - forcedMs < FORCED_LAG_MS ? forcedBeforeMs : forcedMs)
    const isNew = (change: NodeChange | undefined): change is NodeChange =>
      change !== undefined && change.atMs > beganMs && isRecent(change.atMs, atMs)
    const changes = [...nodes.values()].flatMap((node) => {
      // Of two changes at the same time, the one that lasts counts.
      const flags = isUnfitStory(node) ? [node.worse, node.better] : [node.better, node.worse]
      return [...flags.filter((change) => this.isKnown(node, change)), ...node.linksDown.values()].filter(isNew)
    })
    const [newest] = changes.sort((a, b) => b.atMs - a.atMs)
    if (newest) return newest.text
    return this.whyMissing(atMs) ?? (this.isInRecovery ? 'it is part of a recovery' : this.whyAsked(atMs))
  }

  /** Whether the leader has learnt of a change: packets may be lost, and what nodes say in other parts of a cluster does not reach it. */
  private isKnown(node: NodeStory, change: NodeChange | undefined): boolean {
    const { leader } = this
    // Where only the others say that there is a run, its leader may have read the nodes some time before.
    if (leader === undefined) return false
    if (change?.flags === undefined) return true
    const isLost = (change.flags & NODE_FLAG.DISCONNECTED) !== 0
    if (node.pnn === leader) return !isLost
    const heard = node.heardBy.get(leader)
    const isHeard = change.by.pnn === leader || (heard?.atMs ?? Number.NEGATIVE_INFINITY) >= change.atMs
    const unheard = change.flags & ~((heard?.flags ?? 0) | (node.lostBy.has(leader) ? LOST_FLAGS : 0))
    return isHeard && unheard === 0
  }

  private whyMissing(atMs: number): string | undefined {
    for (const { pnn, missing } of this.tools.nodes.values()) {
      const addresses = [...missing].filter(([, found]) => isRecent(found.atMs, atMs)).map(([address]) => address)
      if (addresses.length > 0 && this.askedBefore(atMs)?.pnn === pnn && !this.isInRecovery)
        return wereMissingText(addresses, pnn)
    }
    return undefined
  }

  private whyAsked(atMs: number): string | undefined {
    const askedBy = this.askedBefore(atMs)
    return askedBy && `node ${askedBy.pnn} asked for it`
  }

  /** Who asked for a run before a moment: so long before it that the clocks leave no doubt. */
  private askedBefore(atMs: number): NodeEvent | undefined {
    const { askedBy } = this
    return askedBy && isRecent(askedBy.atMs + (askedBy.uncertaintyMs ?? 0), atMs) ? askedBy : undefined
  }
}

/** Whether a line says that a tool disables takeover runs. */
function isPause({ event: { read } }: NodeEvent): boolean {
  return read.name === 'disabling' && read.values.what === 'takeover runs' && read.values.seconds !== RUN_SECONDS
}

/** When takeover runs that a tool disabled are enabled again, at the latest. */
function pauseEndMs({ atMs, event: { read } }: NodeEvent): number {
  return read.name === 'disabling' ? atMs + (read.values.seconds ?? 0) * 1_000 : atMs
}

const isRecent = (thenMs: number, atMs: number): boolean => thenMs <= atMs && atMs - thenMs <= RECENT_MS

/** Whether one of the times is near. They are in order. */
function isNear(times: readonly number[], atMs: number): boolean {
  const next = times[indexFrom(times, atMs - SAME_RUN_MS, Number)]
  return next !== undefined && next <= atMs + SAME_RUN_MS
}
