import { parsePublicAddress } from '../address/parse-address.ts'
import { addressOf, type Board, countOwned, mayHost, unassignUnsuitable } from './board.ts'
import { type AllocationInput, NO_OWNER } from './input.ts'

/**
 * Deterministic: ignores the current owners. The i-th address goes to node i mod N, or to its home node. An address that this node cannot
 * host goes to the node with the fewest addresses.
 */
export function allocateDeterministic(board: Board, { homeNodes, noIpTakeover }: AllocationInput): void {
  const { owner, nodes, count } = board
  const homes = new Map((homeNodes ?? []).map(([address, pnn]) => [placeOf(board, address), pnn]))
  for (let ip = 0; ip < count; ip++) {
    const home = homes.get(ip)
    const to = home ?? ip % nodes
    owner[ip] = to
    board.note?.({ kind: 'due', address: addressOf(board, ip), to, because: home === undefined ? 'place in the list' : 'home' })
  }
  unassignUnsuitable(board)
  if (!noIpTakeover) placeOnFewest(board, countOwned(board))
}

/** The place in the list of an address that has a home. `::a.b.c.d` sorts as the IPv4 address does, but is another one. */
function placeOf(board: Board, address: string): number | undefined {
  const ip = board.indexOf(address)
  return ip !== undefined && familyOf(address) === familyOf(addressOf(board, ip)) ? ip : undefined
}

/** `::ffff:a.b.c.d` is IPv4. */
const familyOf = (text: string) => parsePublicAddress(text)?.family

/** Non-deterministic: nodes keep the addresses that they can host, the rest goes to the nodes with the fewest, then the numbers are balanced. */
export function allocateNonDeterministic(board: Board, { noIpTakeover, noIpFailback }: AllocationInput): void {
  unassignUnsuitable(board)
  if (noIpTakeover) return
  const owned = countOwned(board)
  placeOnFewest(board, owned)
  if (!noIpFailback) evenOut(board, owned)
}

/** Gives each address without an owner, in list order, to the eligible node that owns the fewest. */
function placeOnFewest(board: Board, owned: Int32Array): void {
  for (let ip = 0; ip < board.count; ip++) if (board.owner[ip] === NO_OWNER) moveToFewest(board, owned, ip)
}

/** Gives an address to the eligible node that owns the fewest (first by PNN); an owner counts the address itself. */
function moveToFewest(board: Board, owned: Int32Array, ip: number): void {
  const { fewest } = extremes(board, owned, ip)
  if (fewest === NO_OWNER) return
  const from = board.owner[ip] as number
  const address = addressOf(board, ip)
  const count = owned[fewest] as number
  if (from === NO_OWNER) {
    board.note?.({ kind: 'placed by count', address, to: fewest, count })
  } else {
    board.note?.({ kind: 'evened out', address, from, to: fewest, counts: [owned[from] as number, count] })
    owned[from] = (owned[from] as number) - 1
  }
  owned[fewest] = (owned[fewest] as number) + 1
  board.owner[ip] = fewest
}

/** The nodes that own the most and the fewest among those that may host an address. The lower PNN wins a tie. */
function extremes(board: Board, owned: Int32Array, ip: number): { most: number; fewest: number } {
  let most = NO_OWNER
  let fewest = NO_OWNER
  for (let pnn = 0; pnn < board.nodes; pnn++) {
    if (!mayHost(board, pnn, ip)) continue
    const have = owned[pnn] as number
    if (most === NO_OWNER || have > (owned[most] as number)) most = pnn
    if (fewest === NO_OWNER || have < (owned[fewest] as number)) fewest = pnn
  }
  return { most, fewest }
}

/**
 * Goes through the list. If the fullest and the emptiest node that could host an address differ by two or more, places the first address of
 * the fullest again and starts over. Stops after the same number of moves as CTDB.
 */
function evenOut(board: Board, owned: Int32Array): void {
  // Addresses with the same eligible nodes have the same extremes, so the first of each kind is enough.
  const kinds = firstOfEachKind(board)
  for (let moves = 0; moves < board.count + 5; moves++) {
    const uneven = kinds.find((ip) => {
      const { most, fewest } = extremes(board, owned, ip)
      return most !== NO_OWNER && (owned[most] as number) - (owned[fewest] as number) >= 2
    })
    if (uneven === undefined) return
    const { most } = extremes(board, owned, uneven)
    moveToFewest(board, owned, board.owner.indexOf(most))
  }
}

/** In list order, the first address of each set of eligible nodes. */
function firstOfEachKind(board: Board): number[] {
  const seen = new Set<string>()
  const first: number[] = []
  for (let ip = 0; ip < board.count; ip++) {
    let kind = ''
    for (let pnn = 0; pnn < board.nodes; pnn++) kind += mayHost(board, pnn, ip) ? '1' : '0'
    if (seen.has(kind)) continue
    seen.add(kind)
    first.push(ip)
  }
  return first
}
