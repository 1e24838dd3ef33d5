import { compareKey128, type Key128, parseKey128 } from '../../../src/lib/address/key128.ts'
import { parsePublicAddress } from '../../../src/lib/address/parse-address.ts'
import type { Allocation, AllocationInput } from '../../../src/lib/allocation/input.ts'

// The three algorithms straight from the description of what CTDB does: slow, and hopefully too simple to be wrong. The oracle for the
// fast ones.

interface Ip {
  readonly address: string
  readonly key: Key128
  owner: number
}

interface State {
  readonly list: Ip[]
  readonly input: AllocationInput
  mayHost(pnn: number, ip: Ip): boolean
}

const keyOf = (address: string): Key128 => {
  const key = parseKey128(address)
  if (!key) throw new Error(`${address} is no address`)
  return key
}

export function allocatePlainly(input: AllocationInput): Allocation {
  const list: Ip[] = []
  input.known.forEach((known, pnn) => {
    for (const [address, claimed] of known) {
      const key = keyOf(address)
      let ip = list.find((other) => compareKey128(other.key, key) === 0)
      if (!ip) {
        ip = { address, key, owner: -1 }
        list.push(ip)
      }
      if (claimed === pnn) ip.owner = pnn
    }
  })
  list.sort((a, b) => compareKey128(b.key, a.key))
  const available = input.available.map((addresses) => new Set(addresses.map((address) => keyOf(address).join())))
  const state: State = { list, input, mayHost: (pnn, ip) => available[pnn]?.has(ip.key.join()) ?? false }
  if (input.algorithm === 'deterministic') deterministic(state)
  else if (input.algorithm === 'non-deterministic') nonDeterministic(state)
  else lcp2(state)
  return list.map(({ address, owner }) => [address, owner])
}

const pnns = ({ input }: State): number[] => Array.from({ length: input.nodes }, (_, pnn) => pnn)
const countOf = ({ list }: State, pnn: number): number => list.filter(({ owner }) => owner === pnn).length

function unassignUnsuitable(state: State): void {
  for (const ip of state.list) if (ip.owner !== -1 && !state.mayHost(ip.owner, ip)) ip.owner = -1
}

function toFewest(state: State, ip: Ip): void {
  const eligible = pnns(state).filter((pnn) => state.mayHost(pnn, ip))
  const fewest = Math.min(...eligible.map((pnn) => countOf(state, pnn)))
  ip.owner = eligible.find((pnn) => countOf(state, pnn) === fewest) ?? ip.owner
}

function placeOnFewest(state: State): void {
  if (state.input.noIpTakeover) return
  for (const ip of state.list) if (ip.owner === -1) toFewest(state, ip)
}

function deterministic(state: State): void {
  // Of the same family too: `::a.b.c.d` has the key of an IPv4 address.
  const homeKey = (address: string) => `${parsePublicAddress(address)?.family} ${keyOf(address).join()}`
  const homes = new Map((state.input.homeNodes ?? []).map(([address, pnn]) => [homeKey(address), pnn]))
  state.list.forEach((ip, index) => {
    ip.owner = homes.get(homeKey(ip.address)) ?? index % state.input.nodes
  })
  unassignUnsuitable(state)
  placeOnFewest(state)
}

function nonDeterministic(state: State): void {
  unassignUnsuitable(state)
  placeOnFewest(state)
  if (state.input.noIpFailback || state.input.noIpTakeover) return
  for (let moves = 0; moves < state.list.length + 5; moves++) {
    const fullest = state.list.map((ip) => unevenness(state, ip)).find((pnn) => pnn !== undefined)
    const first = state.list.find(({ owner }) => owner === fullest)
    if (!first) return
    toFewest(state, first)
  }
}

/** The fullest of the nodes that could host an address, where it has two or more addresses more than the emptiest. */
function unevenness(state: State, ip: Ip): number | undefined {
  const eligible = pnns(state).filter((pnn) => state.mayHost(pnn, ip))
  const counts = eligible.map((pnn) => countOf(state, pnn))
  return Math.max(...counts) - Math.min(...counts) >= 2 ? eligible[counts.indexOf(Math.max(...counts))] : undefined
}

function squaredDistance(a: Key128, b: Key128): number {
  const distance = a.reduce((sum, word, index) => sum + Math.clz32(word ^ (b[index] as number)), 0)
  return distance * distance
}

/** What an address costs on a node. */
function cost({ list }: State, ip: Ip, pnn: number): number {
  let sum = 0
  for (const other of list) {
    if (other.owner === pnn && other !== ip) sum = (sum + squaredDistance(ip.key, other.key)) >>> 0
  }
  return sum
}

function imbalanceOf({ list }: State, pnn: number): number {
  let sum = 0
  const owned = list.filter(({ owner }) => owner === pnn)
  owned.forEach((a, index) => {
    for (const b of owned.slice(index + 1)) sum = (sum + squaredDistance(a.key, b.key)) >>> 0
  })
  return sum
}

function lcp2(state: State): void {
  unassignUnsuitable(state)
  const { noIpTakeover, noIpFailback, forceRebalance } = state.input
  const candidates = pnns(state).filter((pnn) => countOf(state, pnn) === 0 || forceRebalance.includes(pnn))
  if (noIpTakeover) return
  while (placeCheapest(state)) {}
  if (noIpFailback || candidates.length === 0) return
  while (moveOne(state, candidates)) {}
}

function placeCheapest(state: State): boolean {
  let best: { ip: Ip; pnn: number; cost: number } | undefined
  for (const ip of state.list.filter(({ owner }) => owner === -1)) {
    for (const pnn of pnns(state).filter((node) => state.mayHost(node, ip))) {
      const here = cost(state, ip, pnn)
      if (!best || here < best.cost) best = { ip, pnn, cost: here }
    }
  }
  if (best) best.ip.owner = best.pnn
  return best !== undefined
}

function moveOne(state: State, candidates: readonly number[]): boolean {
  const imbalances = pnns(state).map((pnn) => imbalanceOf(state, pnn))
  const of = (pnn: number): number => imbalances[pnn] as number
  for (const source of pnns(state).toSorted((a, b) => of(b) - of(a) || a - b)) {
    if (of(source) === 0) return false
    const moves = movesFrom(state, source, candidates, imbalances)
    const lowest = Math.min(...moves.map(({ score }) => score))
    const best = moves.find(({ score }) => score === lowest)
    if (!best) continue
    best.ip.owner = best.to
    return true
  }
  return false
}

/** All moves away from a node that both sides gain from, with the imbalance of both together afterwards. */
function movesFrom(state: State, source: number, candidates: readonly number[], imbalances: readonly number[]) {
  const before = imbalances[source] as number
  const owned = state.list.filter(({ owner }) => owner === source)
  const pairs = owned.flatMap((ip) => candidates.filter((pnn) => state.mayHost(pnn, ip)).map((to) => ({ ip, to })))
  return pairs.flatMap(({ ip, to }) => {
    const here = cost(state, ip, source)
    const there = cost(state, ip, to)
    const after = ((imbalances[to] as number) + there) >>> 0
    if (after >= before || there >= here) return []
    return [{ ip, to, score: (((before - here) >>> 0) + after) >>> 0 }]
  })
}
