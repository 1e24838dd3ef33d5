/** The cost of an address on each node: `costs[pnn][ip]`. */
export type Costs = readonly Uint32Array[]

/**
 * The nodes that could host one address, cheapest first (the first by PNN among equals): a binary heap that is
 * reordered only where it is read.
 *
 * Invariant: `bounds[slot]` is at most the cost of the node in that slot, as costs only rise; and (bound, PNN) of a parent is at most
 * that of its children. So when the bound of the node on top is its cost, no other node is cheaper.
 */
export class NodeQueue {
  private readonly pnns: Int32Array
  private readonly bounds: Uint32Array
  private readonly ip: number

  constructor(ip: number, eligible: readonly number[], costs: Costs) {
    this.ip = ip
    this.pnns = Int32Array.from(eligible)
    this.bounds = new Uint32Array(eligible.length)
    this.rebuild(costs)
  }

  /** No node could host the address. */
  get isEmpty(): boolean {
    return this.pnns.length === 0
  }

  /** The cheapest node, once `settle` was called after the last change of costs. */
  get pnn(): number {
    return this.pnns[0] as number
  }

  /** What the address costs on that node. */
  get cost(): number {
    return this.bounds[0] as number
  }

  /** Brings the cheapest node to the top, after costs have risen. */
  settle(costs: Costs): void {
    for (;;) {
      const cost = (costs[this.pnn] as Uint32Array)[this.ip] as number
      if (cost === this.cost) return
      this.bounds[0] = cost
      this.siftDown(0)
    }
  }

  /** Puts everything in order, after costs have changed in any way. */
  rebuild(costs: Costs): void {
    const { pnns, bounds, ip } = this
    for (let slot = 0; slot < pnns.length; slot++) bounds[slot] = (costs[pnns[slot] as number] as Uint32Array)[ip] as number
    for (let slot = (pnns.length >> 1) - 1; slot >= 0; slot--) this.siftDown(slot)
  }

  private siftDown(start: number): void {
    const { pnns, bounds } = this
    const pnn = pnns[start] as number
    const bound = bounds[start] as number
    let slot = start
    for (;;) {
      let child = 2 * slot + 1
      if (child >= pnns.length) break
      if (child + 1 < pnns.length && this.isBefore(child + 1, bounds[child] as number, pnns[child] as number)) child++
      if (!this.isBefore(child, bound, pnn)) break
      pnns[slot] = pnns[child] as number
      bounds[slot] = bounds[child] as number
      slot = child
    }
    pnns[slot] = pnn
    bounds[slot] = bound
  }

  private isBefore(slot: number, bound: number, pnn: number): boolean {
    const own = this.bounds[slot] as number
    return own < bound || (own === bound && (this.pnns[slot] as number) < pnn)
  }
}
