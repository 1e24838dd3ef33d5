import { addressOf, type Board, countOwned, mayHost, nodesOf, ownedBy, unassignUnsuitable } from './board.ts'
import { Distances, MAX_SQUARED_DISTANCE } from './distance.ts'
import { type AllocationInput, NO_OWNER } from './input.ts'
import { rebalance } from './lcp2-rebalance.ts'
import { NodeQueue } from './node-queue.ts'

/**
 * LCP2: keeps similar addresses (with a long common prefix) on different nodes. The cost of an address on a node is the sum of its squared
 * distances to the other addresses there. The imbalance of a node is the sum over its pairs. All sums are unsigned 32-bit and wrap.
 */
export function allocateLcp2(board: Board, { noIpTakeover, noIpFailback, forceRebalance }: AllocationInput): void {
  unassignUnsuitable(board)
  if (noIpTakeover) return
  const distances = new Distances(board.keys)
  const owned = countOwned(board)
  // Nodes without addresses before the placement get their share after it.
  const candidates = nodesOf(board).filter((pnn) => owned[pnn] === 0 || forceRebalance.includes(pnn))
  place(board, distances)
  if (!noIpFailback && candidates.length > 0) rebalance(board, distances, candidates)
}

/**
 * Places the addresses without an owner, always the cheapest pair of address and node first. Ties go to the first address in the list, then
 * to the first node.
 *
 * Invariants: `costs[pnn][ip]` is the cost of every address in `unassigned` on every node, and the top of `queues[ip]` its cheapest
 * node. Placing an address on a node raises the costs of that node only, so only addresses for which it was the cheapest must look again.
 */
function place(board: Board, distances: Distances): void {
  const { owner, count } = board
  let unassigned = ownedBy(board, NO_OWNER)
  if (unassigned.length === 0) return
  const costs = nodesOf(board).map(() => new Uint32Array(count))
  for (let ip = 0; ip < count; ip++) {
    const pnn = owner[ip] as number
    if (pnn !== NO_OWNER) distances.addTo(costs[pnn] as Uint32Array, unassigned, ip, 1)
  }
  const queues: NodeQueue[] = []
  for (const ip of unassigned) {
    const eligible = nodesOf(board).filter((pnn) => mayHost(board, pnn, ip))
    queues[ip] = new NodeQueue(ip, eligible, costs)
  }
  // An address that no node can host stays without an owner.
  unassigned = unassigned.filter((ip) => !(queues[ip] as NodeQueue).isEmpty)

  // With so many addresses that a cost could wrap, a node may also get cheaper; then all addresses must look again.
  const mayWrap = count * MAX_SQUARED_DISTANCE > 0xffff_ffff
  /** The index in `unassigned` of the cheapest pair, after the costs of one node have risen. */
  const cheapest = (dearer: number): number => {
    let at = 0
    let lowest = Number.POSITIVE_INFINITY
    for (let index = 0; index < unassigned.length; index++) {
      const queue = queues[unassigned[index] as number] as NodeQueue
      if (mayWrap) queue.rebuild(costs)
      else if (queue.pnn === dearer) queue.settle(costs)
      if (queue.cost < lowest) {
        lowest = queue.cost
        at = index
      }
    }
    return at
  }
  let dearer = NO_OWNER
  while (unassigned.length > 0) {
    const at = cheapest(dearer)
    const ip = unassigned[at] as number
    const { pnn, cost } = queues[ip] as NodeQueue
    dearer = pnn
    owner[ip] = pnn
    board.note?.({ kind: 'placed by cost', address: addressOf(board, ip), to: pnn, cost })
    unassigned.copyWithin(at, at + 1)
    unassigned = unassigned.subarray(0, -1)
    distances.addTo(costs[dearer] as Uint32Array, unassigned, ip, 1)
  }
}
