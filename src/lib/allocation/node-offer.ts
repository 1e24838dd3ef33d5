import { type Board, mayHost } from './board.ts'
import { NO_OWNER } from './input.ts'

/** No address. */
const NONE = -1

/**
 * The cheapest of the addresses without an owner that one node could host.
 *
 * Invariant: as long as the costs on the node do not change, what it has is its cheapest address or was that before somebody took it. So it is
 * never dearer than the cheapest there is now.
 */
export class NodeOffer {
  readonly pnn: number
  /** What each address without an owner costs on this node. Who changes it calls `look` afterwards. */
  readonly costs: Uint32Array
  private readonly board: Board
  private cheapest = NONE
  private lowest = Number.POSITIVE_INFINITY

  constructor(board: Board, pnn: number) {
    this.pnn = pnn
    this.costs = new Uint32Array(board.count)
    this.board = board
  }

  /** The number of the address, the first in the list among equals. Only if there is one. */
  get ip(): number {
    return this.cheapest
  }

  /** What it costs; infinite if there is none. */
  get cost(): number {
    return this.lowest
  }

  /** Cheaper than another, or as cheap and further up in the list of addresses. */
  isBefore({ cost, ip }: NodeOffer): boolean {
    return this.lowest < cost || (this.lowest === cost && this.cheapest < ip)
  }

  /** Chooses from the addresses without an owner, which are in list order. */
  look(unassigned: Int32Array): void {
    const { board, pnn, costs } = this
    let cheapest = NONE
    let lowest = Number.POSITIVE_INFINITY
    // An index loop, because iterating over typed arrays is slow.
    for (let index = 0; index < unassigned.length; index++) {
      const ip = unassigned[index] as number
      const cost = costs[ip] as number
      if (cost >= lowest || !mayHost(board, pnn, ip)) continue
      cheapest = ip
      lowest = cost
    }
    this.cheapest = cheapest
    this.lowest = lowest
  }

  /** Chooses anew if somebody has taken the address. The next that costs as much, of which there are often many, is further down in the list. */
  refresh(unassigned: Int32Array): void {
    const { board, pnn, costs, cheapest, lowest } = this
    if (cheapest === NONE || board.owner[cheapest] === NO_OWNER) return
    for (let ip = cheapest + 1; ip < costs.length; ip++) {
      if (costs[ip] !== lowest || board.owner[ip] !== NO_OWNER || !mayHost(board, pnn, ip)) continue
      this.cheapest = ip
      return
    }
    this.look(unassigned)
  }
}
