import { addressOf, type Board, countOwned, nodesOf, ownedBy, unassignUnsuitable } from './board.ts'
import { Distances } from './distance.ts'
import { type AllocationInput, NO_OWNER } from './input.ts'
import { rebalance } from './lcp2-rebalance.ts'
import { NodeOffer } from './node-offer.ts'

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
 * to the first node. An address that no node can host stays without an owner.
 *
 * Placing an address changes the costs on one node only, which then looks through all addresses. The others only have one address less to choose
 * from.
 */
function place(board: Board, distances: Distances): void {
  const { owner, count } = board
  let unassigned = ownedBy(board, NO_OWNER)
  if (unassigned.length === 0) return
  const offers = nodesOf(board).map((pnn) => new NodeOffer(board, pnn))
  for (let ip = 0; ip < count; ip++) {
    const offer = offers[owner[ip] as number]
    if (offer) distances.addTo(offer.costs, unassigned, ip, 1)
  }
  for (const offer of offers) offer.look(unassigned)
  for (;;) {
    const offer = cheapestOf(offers, unassigned)
    if (!offer) return
    const { ip, pnn, cost } = offer
    owner[ip] = pnn
    board.note?.({ kind: 'placed by cost', address: addressOf(board, ip), to: pnn, cost })
    const at = unassigned.indexOf(ip)
    unassigned.copyWithin(at, at + 1)
    unassigned = unassigned.subarray(0, -1)
    distances.addTo(offer.costs, unassigned, ip, 1)
    offer.look(unassigned)
  }
}

/** The cheapest pair; undefined if no node can host any of the addresses. */
function cheapestOf(offers: readonly NodeOffer[], unassigned: Int32Array): NodeOffer | undefined {
  let best: NodeOffer | undefined
  for (const offer of offers) {
    if (best && !offer.isBefore(best)) continue
    offer.refresh(unassigned)
    if (offer.cost < Number.POSITIVE_INFINITY && (!best || offer.isBefore(best))) best = offer
  }
  return best
}
