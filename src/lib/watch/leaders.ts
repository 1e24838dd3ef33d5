import { flagsText, INACTIVE_FLAGS, type Pnn } from '../cluster/node.ts'
import type { Causes } from './causes.ts'
import type { ClusterRecords } from './cluster-records.ts'
import { isToldSince } from './freshness.ts'
import type { Teller } from './teller.ts'

interface Tools {
  readonly cluster: ClusterRecords
  readonly causes: Causes
  readonly teller: Teller
}

/** Tells who leads. */
export class Leaders {
  private readonly tools: Tools
  private toldMs: number | undefined
  private lostMs: number | undefined
  /** The last one that led. */
  private last: Pnn | null = null
  /** Null when nobody leads, undefined before anybody said. */
  current: Pnn | null | undefined

  constructor(tools: Tools) {
    this.tools = tools
  }

  told(pnn: Pnn | null, atMs: number): void {
    this.toldMs = atMs
    this.change(pnn, atMs)
  }

  seen(pnn: Pnn | null, { atMs, beganMs }: { readonly atMs: number; readonly beganMs: number }): void {
    if (!isToldSince(this.toldMs, beganMs)) this.change(pnn, atMs)
  }

  private change(pnn: Pnn | null, atMs: number): void {
    const { current: before, last, lostMs } = this
    if (before === pnn) return
    this.current = pnn
    this.last = pnn ?? last
    this.lostMs = pnn === null ? atMs : undefined
    if (before === undefined) return
    const cause = this.causeOf(last, pnn, atMs)
    const awayMs = lostMs === undefined ? {} : { awayMs: atMs - lostMs }
    const pnns = [...new Set([last, pnn])].filter((each) => each !== null)
    const former = last === null || last === pnn ? '' : `; before it was node ${last}`
    const text = pnn === null ? `nobody leads any more${former}` : `node ${pnn} leads now${former}`
    const [what, tone] = pnn === null ? (['lost', 'warning'] as const) : (['changed', 'plain'] as const)
    const more = cause === undefined ? {} : { cause }
    this.tools.teller.tell(atMs, { kind: 'leader', what, text, tone, pnns, addresses: [], ...awayMs, ...more })
  }

  private causeOf(last: Pnn | null, now: Pnn | null, atMs: number): string | undefined {
    const { cluster, causes } = this.tools
    if (last === null || last === now) return undefined
    const node = cluster.nodes.get(last)
    if (!node) return `node ${last} is no part of the cluster any more`
    if ((node.flags & INACTIVE_FLAGS) === 0) return causes.ofFault([last], undefined, atMs)
    return `node ${last} ${node.flagsSinceMs === null ? 'is' : 'became'} ${flagsText(node.flags)}`
  }
}
