import { isActive, type Pnn } from '../cluster/node.ts'
import { allNodesText } from '../cluster/node-text.ts'
import { RECOVERY_ACTIVE } from '../cluster/recovery-mode.ts'
import { INVALID_GENERATION } from '../cluster/report.ts'
import { viewsIn } from '../snapshot/cluster-view.ts'
import { factsOf, type Snapshot } from '../snapshot/snapshot.ts'
import { isReportedSince } from './freshness.ts'
import type { TimelineWriter } from './timeline-writer.ts'

/** All nodes report the end of a recovery within this time. */
const END_LAG_MS = 5_000

interface RecoverySample {
  readonly atMs: number
  readonly beganMs: number
  readonly isFirst: boolean
  /** The only daemon that answered sees no other node. */
  readonly isAlone: boolean
  /** There are nodes of which nothing is known, and which may carry on. */
  readonly isPart: boolean
}

/** Reports recoveries: when nodes report their end, and when samples show one that no node reported. */
export class Recoveries {
  private readonly writer: TimelineWriter
  private since: number | undefined
  private isLeaders = false
  private end: { readonly atMs: number; readonly reportedBy: Set<Pnn> } | undefined
  /** As the queried node had it. */
  private generation: { readonly asked: Pnn; readonly value: number } | undefined
  /** The end of a recovery was reported, but no sample has seen its generation. */
  private isEndReported = false
  /** A sample has seen the generation of the recovery in progress: it changes before the recovery is over. */
  private isGenerationSeen = false

  constructor(writer: TimelineWriter) {
    this.writer = writer
  }

  /** Since when a recovery has been in progress. */
  get sinceMs(): number | undefined {
    return this.since
  }

  /**
   * Whether the leader is in recovery mode, or all nodes are while they elect one: then the next takeover run is that of the recovery. A single
   * node may only have lost sight of the leader.
   */
  get isOfLeader(): boolean {
    return this.since !== undefined && this.isLeaders
  }

  /** A node reported the end of a recovery (RECONFIGURE). */
  reported(pnn: Pnn, atMs: number): void {
    const { end } = this
    if (end && this.since === undefined && !end.reportedBy.has(pnn) && atMs - end.atMs <= END_LAG_MS) {
      end.reportedBy.add(pnn)
      return
    }
    this.isEndReported = !this.isGenerationSeen
    this.finish(atMs, new Set([pnn]), 'a recovery finished')
  }

  seen(snapshot: Snapshot, sample: RecoverySample): void {
    const { atMs, beganMs, isPart } = sample
    const { nodes } = snapshot
    const active = nodes.filter(({ pnn, nodeMap = [] }) => {
      // A stopped or banned node stays in recovery mode whatever the others do; they may not know its flags yet.
      const flags = [snapshot.nodeMap, nodeMap].map((map) => map.find((node) => node.pnn === pnn))
      return flags.every((node) => node === undefined || isActive(node))
    })
    const inRecovery = active.filter(({ recoveryMode }) => recoveryMode === RECOVERY_ACTIVE).map(({ pnn }) => pnn)
    const leader = snapshot.leader.pnn
    const isLedIntoIt = leader === null ? inRecovery.length === active.length : inRecovery.includes(leader)
    this.isLeaders = !isPart && isLedIntoIt
    const isNew = this.noteGeneration(snapshot)
    const isOutdated = isReportedSince(this.end?.atMs, beganMs)
    if (!isOutdated && inRecovery.length > 0) {
      this.isGenerationSeen ||= isNew
      if (this.since === undefined) this.start(inRecovery, sample)
      return
    }
    if (!isOutdated && this.since !== undefined) this.finish(atMs, new Set(), 'the recovery finished')
    else if (isNew && !this.isEndReported && !isOutdated) this.finish(atMs, new Set(), 'a recovery took place')
    if (isNew) this.isEndReported = false
  }

  /** Whether the generation differs from the last one. */
  private noteGeneration(snapshot: Snapshot): boolean {
    // A node that is cut off, or has just started, has a generation of its own.
    const asked = viewsIn(snapshot).viewer?.pnn ?? snapshot.askedNode
    const value = factsOf(snapshot, asked)?.vnnMap?.generation
    if (value === undefined || value === INVALID_GENERATION) return false
    const { generation: before } = this
    this.generation = { asked, value }
    return before?.asked === asked && before.value !== value
  }

  private start(pnns: readonly Pnn[], { atMs, isFirst, isAlone }: RecoverySample): void {
    this.since = atMs
    if (isFirst) return
    // A node that is cut off stays in recovery mode, and nobody recovers it.
    const text = isAlone ? `${allNodesText(pnns)}, which sees no other node, is in recovery mode` : 'a recovery is in progress'
    this.writer.add(atMs, { kind: 'recovery', what: 'started', text, tone: 'warning', pnns, addresses: [] })
  }

  private finish(atMs: number, reportedBy: Set<Pnn>, text: string): void {
    const { since } = this
    this.since = undefined
    this.isGenerationSeen = false
    this.end = { atMs, reportedBy }
    const awayMs = since === undefined ? {} : { awayMs: atMs - since }
    this.writer.add(atMs, { kind: 'recovery', what: 'finished', text, tone: 'plain', pnns: [], addresses: [], ...awayMs })
  }
}
