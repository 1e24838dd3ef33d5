import { addressOf, type Board, countOwned, mayHost, unassignUnsuitable } from './board.ts'
import { Distances, MAX_SQUARED_DISTANCE } from './distance.ts'
import { type AllocationInput, NO_OWNER } from './input.ts'
import { NodeQueue } from './node-queue.ts'

/**
 * LCP2: keeps addresses that are alike (a long common prefix) on different nodes. What an address costs on a node is the sum of its
 * squared distances to the other addresses there; a node's imbalance is the sum over its pairs. All sums are unsigned 32-bit and wrap.
 */
export function allocateLcp2(board: Board, { noIpTakeover, noIpFailback, forceRebalance }: AllocationInput): void {
  unassignUnsuitable(board)
  if (noIpTakeover) return
  const distances = new Distances(board.keys)
  const owned = countOwned(board)
  // Who owns nothing before the placing is to get its share after it.
  const candidates = nodesOf(board).filter((pnn) => owned[pnn] === 0 || forceRebalance.includes(pnn))
  place(board, distances)
  if (!noIpFailback && candidates.length > 0) rebalance(board, distances, candidates)
}

const nodesOf = ({ nodes }: Board): number[] => Array.from({ length: nodes }, (_, pnn) => pnn)

/** The addresses that a node owns, in list order. */
function ownedBy({ owner, count }: Board, pnn: number): Int32Array {
  const list = new Int32Array(count)
  let length = 0
  for (let ip = 0; ip < count; ip++) if (owner[ip] === pnn) list[length++] = ip
  return list.subarray(0, length)
}

/**
 * Gives away what nobody owns, always the cheapest pair of address and node first: ties go to the first address in the list, then to
 * the first node.
 *
 * Invariants: `costs[pnn][ip]` is the cost of every address in `unassigned` on every node, and the top of `queues[ip]` its cheapest
 * node. Giving an address to a node makes that node dearer and no other, so only addresses whose cheapest node it was have to look again.
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
  // What no node can host stays where it is.
  unassigned = unassigned.filter((ip) => !(queues[ip] as NodeQueue).isEmpty)

  // With so many addresses that a cost could wrap, a node may get cheaper as well; then all have to look again.
  const mayWrap = count * MAX_SQUARED_DISTANCE > 0xffff_ffff
  /** Where in `unassigned` the cheapest pair is, now that a node has become dearer. */
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

/** A move that would even things out, and how imbalanced source and destination would be together after it. */
interface Move {
  readonly ip: number
  readonly to: number
  readonly score: number
}

/**
 * Moves addresses from the most imbalanced node to candidates, one by one, as long as source and destination both gain.
 *
 * Invariants: `imbalance[pnn]` is up to date for every node; `costHere[ip]` is the cost of every owned address where it is;
 * `costThere.get(pnn)` has the cost of every address on that candidate.
 */
function rebalance(board: Board, distances: Distances, candidates: readonly number[]): void {
  const { owner, nodes, count } = board
  const everything = Int32Array.from({ length: count }, (_, ip) => ip)
  const costHere = new Uint32Array(count)
  const imbalance = new Uint32Array(nodes)
  for (let pnn = 0; pnn < nodes; pnn++) {
    const here = ownedBy(board, pnn)
    for (const ip of here) {
      // So far the cost is that of the pairs with those before it, and so each pair is counted once.
      imbalance[pnn] = (imbalance[pnn] as number) + (costHere[ip] as number)
      distances.addTo(costHere, here, ip, 1)
    }
  }
  const costThere = new Map(candidates.map((pnn) => [pnn, new Uint32Array(count)]))
  for (const [pnn, costs] of costThere) for (const ip of ownedBy(board, pnn)) distances.addTo(costs, everything, ip, 1)

  const bestMoveFrom = (source: number): Move | undefined => {
    const sourceImbalance = imbalance[source] as number
    let best: Move | undefined
    for (const ip of ownedBy(board, source)) {
      const here = costHere[ip] as number
      const sourceAfter = sourceImbalance - here
      for (const [to, costs] of costThere) {
        const there = costs[ip] as number
        const destinationAfter = ((imbalance[to] as number) + there) >>> 0
        if (there >= here || destinationAfter >= sourceImbalance || !mayHost(board, to, ip)) continue
        const score = (sourceAfter + destinationAfter) >>> 0
        if (!best || score < best.score) best = { ip, to, score }
      }
    }
    return best
  }

  const carryOut = (source: number, { ip, to }: Move) => {
    const there = (costThere.get(to) as Uint32Array)[ip] as number
    const here = costHere[ip] as number
    board.note?.({ kind: 'rebalanced', address: addressOf(board, ip), from: source, to, costs: [here, there] })
    imbalance[source] = (imbalance[source] as number) - here
    imbalance[to] = (imbalance[to] as number) + there
    owner[ip] = to
    distances.addTo(costHere, ownedBy(board, source), ip, -1)
    distances.addTo(costHere, ownedBy(board, to), ip, 1)
    costHere[ip] = there
    for (const [pnn, sign] of [
      [source, -1],
      [to, 1],
    ] as const) {
      const costs = costThere.get(pnn)
      if (costs) distances.addTo(costs, everything, ip, sign)
    }
  }

  const sources = nodesOf(board)
  for (;;) {
    sources.sort((a, b) => (imbalance[b] as number) - (imbalance[a] as number) || a - b)
    let move: Move | undefined
    const source = sources.find((pnn) => {
      if (imbalance[pnn] === 0) return true
      move = bestMoveFrom(pnn)
      return move !== undefined
    })
    if (source === undefined || move === undefined) return
    carryOut(source, move)
  }
}
