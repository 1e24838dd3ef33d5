import type { Pnn } from '../../lib/cluster/node.ts'

interface Culprit {
  count: number
  lastMs: number
}

/** The banning credits of nodes that made recoveries or takeover runs fail. A node with too many is banned. */
export class Culprits {
  private readonly credits = new Map<Pnn, Culprit>()
  /** The last node that got credits; the log names it. */
  last: Pnn = 0

  /** @param graceMs tunable RecoveryGracePeriod: older credits are dropped. */
  add(pnn: Pnn, count: number, nowMs: number, graceMs: number): void {
    const known = this.credits.get(pnn)
    const before = known && nowMs - known.lastMs <= graceMs ? known.count : 0
    this.credits.set(pnn, { count: before + count, lastMs: nowMs })
    this.last = pnn
  }

  /** The nodes with at least two credits per node of the cluster. Their credits are reset. */
  takeThoseToBan(nodes: number): { pnn: Pnn; count: number }[] {
    const found = [...this.credits].filter(([, { count }]) => count >= 2 * nodes)
    for (const [pnn] of found) this.credits.delete(pnn)
    return found.map(([pnn, { count }]) => ({ pnn, count }))
  }

  forgiveAll(): void {
    this.credits.clear()
  }
}
