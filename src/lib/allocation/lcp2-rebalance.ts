import { addressOf, type Board, mayHost, nodesOf, ownedBy } from './board.ts'
import type { Distances } from './distance.ts'

/** A move that would improve the balance, and the imbalance of source and destination together after it. */
interface Move {
  readonly ip: number
  readonly to: number
  readonly score: number
}

/** Moves addresses from the most imbalanced node to candidates, one by one, as long as source and destination both gain. */
export function rebalance(board: Board, distances: Distances, candidates: readonly number[]): void {
  const balance = new Balance(board, distances, candidates)
  const sources = nodesOf(board)
  for (;;) {
    sources.sort((a, b) => balance.imbalanceOf(b) - balance.imbalanceOf(a) || a - b)
    let move: Move | undefined
    const source = sources.find((pnn) => {
      if (balance.imbalanceOf(pnn) === 0) return true
      move = balance.bestMoveFrom(pnn)
      return move !== undefined
    })
    if (source === undefined || move === undefined) return
    balance.carryOut(source, move)
  }
}

/**
 * The costs while addresses move.
 *
 * Invariants: `imbalance[pnn]` is up to date for every node; `costHere[ip]` is the cost of every owned address where it is;
 * `costThere.get(pnn)` has the cost of every address on that candidate.
 */
class Balance {
  private readonly board: Board
  private readonly distances: Distances
  private readonly everything: Int32Array
  private readonly imbalance: Uint32Array
  private readonly costHere: Uint32Array
  private readonly costThere: ReadonlyMap<number, Uint32Array>

  constructor(board: Board, distances: Distances, candidates: readonly number[]) {
    const { nodes, count } = board
    this.board = board
    this.distances = distances
    this.everything = Int32Array.from({ length: count }, (_, ip) => ip)
    this.imbalance = new Uint32Array(nodes)
    this.costHere = new Uint32Array(count)
    this.costThere = new Map(candidates.map((pnn) => [pnn, new Uint32Array(count)]))
    for (const pnn of nodesOf(board)) this.countImbalance(pnn)
    for (const [pnn, costs] of this.costThere) {
      for (const ip of ownedBy(board, pnn)) distances.addTo(costs, this.everything, ip, 1)
    }
  }

  imbalanceOf(pnn: number): number {
    return this.imbalance[pnn] as number
  }

  /** The best of the moves that improve the balance; undefined if there is none. */
  bestMoveFrom(source: number): Move | undefined {
    const { board, imbalance, costHere, costThere } = this
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

  carryOut(source: number, { ip, to }: Move): void {
    const { board, distances, imbalance, costHere } = this
    const there = (this.costThere.get(to) as Uint32Array)[ip] as number
    const here = costHere[ip] as number
    board.note?.({ kind: 'rebalanced', address: addressOf(board, ip), from: source, to, costs: [here, there] })
    imbalance[source] = (imbalance[source] as number) - here
    imbalance[to] = (imbalance[to] as number) + there
    board.owner[ip] = to
    distances.addTo(costHere, ownedBy(board, source), ip, -1)
    distances.addTo(costHere, ownedBy(board, to), ip, 1)
    costHere[ip] = there
    this.changeCosts(source, ip, -1)
    this.changeCosts(to, ip, 1)
  }

  /** An address has come to a node, or has left it. */
  private changeCosts(pnn: number, ip: number, sign: 1 | -1): void {
    const costs = this.costThere.get(pnn)
    if (costs) this.distances.addTo(costs, this.everything, ip, sign)
  }

  private countImbalance(pnn: number): void {
    const { board, distances, imbalance, costHere } = this
    const here = ownedBy(board, pnn)
    for (const ip of here) {
      // At this point the cost only includes pairs with earlier addresses, so each pair counts once.
      imbalance[pnn] = (imbalance[pnn] as number) + (costHere[ip] as number)
      distances.addTo(costHere, here, ip, 1)
    }
  }
}
