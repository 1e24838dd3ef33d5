import type { Pnn } from '../cluster/node.ts'

interface Culprit {
  count: number
  lastMs: number
}

/** Nodes that have stood in the way of recoveries and takeover runs. Who has too many credits is banned. */
export class Culprits {
  private readonly credits = new Map<Pnn, Culprit>()
  /** The last one; the log names it. */
  last: Pnn = 0

  /** @param graceMs tunable RecoveryGracePeriod: what is longer ago is forgiven. */
  add(pnn: Pnn, count: number, nowMs: number, graceMs: number): void {
    const known = this.credits.get(pnn)
    const before = known && nowMs - known.lastMs <= graceMs ? known.count : 0
    this.credits.set(pnn, { count: before + count, lastMs: nowMs })
    this.last = pnn
  }

  /** Those with at least two credits for each node of the cluster, who thereby start anew. */
  takeThoseToBan(nodes: number): { pnn: Pnn; count: number }[] {
    const found = [...this.credits].filter(([, { count }]) => count >= 2 * nodes)
    for (const [pnn] of found) this.credits.delete(pnn)
    return found.map(([pnn, { count }]) => ({ pnn, count }))
  }

  forgiveAll(): void {
    this.credits.clear()
  }
}
