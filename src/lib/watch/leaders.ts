import { flagsText, INACTIVE_FLAGS, type Pnn } from '../cluster/node.ts'
import { allNodesText } from '../cluster/node-text.ts'
import type { Causes } from './causes.ts'
import type { ClusterRecords } from './cluster-records.ts'
import { isReportedSince } from './freshness.ts'
import type { TimelineWriter } from './timeline-writer.ts'

interface Tools {
  readonly cluster: ClusterRecords
  readonly causes: Causes
  readonly writer: TimelineWriter
}

/** Reports changes of the leader. */
export class Leaders {
  private readonly tools: Tools
  private reportedMs: number | undefined
  private lostMs: number | undefined
  /** Since when samples show several leaders. */
  private rivals: { readonly sinceMs: number; readonly isReported: boolean } | undefined
  /** The last known leader. */
  private last: Pnn | null = null
  /** Null if there is no leader, undefined before any node has reported one. */
  current: Pnn | null | undefined

  constructor(tools: Tools) {
    this.tools = tools
  }

  /** A node has heard a new leader. That one hears none any more does not say that there is none: the next sample asks the others too. */
  reported(pnn: Pnn | null, atMs: number): void {
    if (pnn === null || this.rivals) return
    this.reportedMs = atMs
    this.change(pnn, atMs)
  }

  /**
   * A sample has shown several leaders, as nodes that see each other name them, or at most one. While there are several, that does not change who
   * is taken for the leader. Just after a change, some nodes have not heard of it: it takes two samples.
   * @param leaders by PNN.
   */
  heard(leaders: readonly Pnn[], { atMs, beganMs }: { readonly atMs: number; readonly beganMs: number }): void {
    const { rivals } = this
    const entry = { kind: 'leader', addresses: [] } as const
    if (leaders.length < 2) {
      this.rivals = undefined
      if (!rivals?.isReported) return
      const text = 'there are no longer several leaders'
      this.tools.writer.add(atMs, { ...entry, what: 'settled', text, tone: 'good', pnns: leaders, awayMs: atMs - rivals.sinceMs })
    } else if (!rivals) this.rivals = { sinceMs: atMs, isReported: false }
    else if (!rivals.isReported && beganMs > rivals.sinceMs) {
      this.rivals = { ...rivals, isReported: true }
      const text = `nodes name different leaders: ${allNodesText(leaders)}`
      this.tools.writer.add(rivals.sinceMs, { ...entry, what: 'rivals', text, tone: 'error', pnns: leaders })
    }
  }

  /** Who leads is not known any more. */
  lostSight(): void {
    this.current = undefined
    this.lostMs = undefined
  }

  /** @param sample `isAlone`: nobody but the leader itself was heard. */
  seen(
    pnn: Pnn | null,
    { atMs, beganMs, isAlone }: { readonly atMs: number; readonly beganMs: number; readonly isAlone: boolean },
  ): void {
    if (!this.rivals && !isReportedSince(this.reportedMs, beganMs)) this.change(pnn, atMs, isAlone ? ', as far as it sees' : '')
  }

  private change(pnn: Pnn | null, atMs: number, limit = ''): void {
    const { current: before, last, lostMs } = this
    if (before === pnn) return
    this.current = pnn
    this.last = pnn ?? last
    this.lostMs = pnn === null ? atMs : undefined
    if (before === undefined && (last === null || last === pnn)) return
    const cause = this.causeOf(last, pnn, atMs)
    const awayMs = lostMs === undefined ? {} : { awayMs: atMs - lostMs }
    const pnns = [...new Set([last, pnn])].filter((each) => each !== null)
    const former = last === null || last === pnn ? '' : `; it was node ${last}`
    const text = pnn === null ? `the cluster has no leader now${former}` : `node ${pnn} is the leader now${limit}${former}`
    const [what, tone] = pnn === null ? (['lost', 'warning'] as const) : (['changed', 'plain'] as const)
    const more = cause === undefined ? {} : { cause }
    this.tools.writer.add(atMs, { kind: 'leader', what, text, tone, pnns, addresses: [], ...awayMs, ...more })
  }

  private causeOf(last: Pnn | null, now: Pnn | null, atMs: number): string | undefined {
    const { cluster, causes } = this.tools
    if (last === null || last === now) return undefined
    const node = cluster.nodes.get(last)
    if (!node) return `node ${last} is no longer part of the cluster`
    if ((node.flags & INACTIVE_FLAGS) === 0) return causes.whyFaulty([last], undefined, atMs)
    return `node ${last} ${node.flagsSinceMs === null ? 'is' : 'became'} ${flagsText(node.flags)}`
  }
}
