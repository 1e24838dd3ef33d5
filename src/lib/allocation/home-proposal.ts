import type { Pnn } from '../cluster/node.ts'

/** A public address, the nodes that know it, and the one that owns it. */
export interface PlaceableAddress {
  readonly address: string
  readonly knownOn: readonly Pnn[]
  /** Null for none. */
  readonly owner: Pnn | null
}

/** How homes are chosen. */
export interface HomeChoice {
  /** Each address stays where it is, however uneven that is. */
  readonly keep?: boolean
  /** Groups of nodes that fail together, such as racks: each gets the same number of addresses, as far as possible. */
  readonly zones?: readonly (readonly Pnn[])[]
}

/** The node on which each address is to be. */
export type ProposedHomes = readonly { readonly address: string; readonly pnn: Pnn }[]

/**
 * Proposes a home node for each address: its owner where possible; then the addresses are evened out, over the zones and within each over its
 * nodes, until no two groups that can exchange addresses differ by two or more. Addresses that no node knows get none.
 */
export function proposeHomes(addresses: readonly PlaceableAddress[], { keep = false, zones }: HomeChoice = {}): ProposedHomes {
  const board = new HomeBoard(addresses)
  if (!keep) {
    const zoneOf = new Map(zones?.flatMap((pnns, zone) => pnns.map((pnn) => [pnn, zone] as const)))
    // A node in no zone is one of its own.
    const group = (pnn: Pnn) => zoneOf.get(pnn) ?? -1 - pnn
    if (zones) board.evenOut({ groupOf: group, mayMove: () => true })
    board.evenOut({ groupOf: (pnn) => pnn, mayMove: (from, to) => !zones || group(from) === group(to) })
  }
  return board.homes
}

/** How nodes are grouped, and whether an address may move between two of them at all. */
interface Grouping {
  groupOf(pnn: Pnn): number
  mayMove(from: Pnn, to: Pnn): boolean
}

/** How many addresses the groups have, and the one with the fewest. */
interface Loads {
  load(group: number): number
  readonly least: number
}

/** An address, by its place in the list, gets another home. */
interface Gift {
  readonly index: number
  readonly to: Pnn
}

/** The first result of the function that is not undefined; it is not called again after that. */
function firstFound<T, R>(list: readonly T[], find: (each: T) => R | undefined): R | undefined {
  for (const each of list) {
    const found = find(each)
    if (found !== undefined) return found
  }
  return undefined
}

class HomeBoard {
  private readonly placed: { readonly address: string; readonly knownOn: readonly Pnn[]; pnn: Pnn }[] = []
  /** How many addresses each node has. */
  private readonly counts = new Map<Pnn, number>()

  constructor(addresses: readonly PlaceableAddress[]) {
    for (const { address, knownOn, owner } of addresses) {
      const pnn = owner !== null && knownOn.includes(owner) ? owner : this.emptiest(knownOn)
      if (pnn === undefined) continue
      this.placed.push({ address, knownOn, pnn })
      this.count(pnn, 1)
    }
  }

  get homes(): ProposedHomes {
    return this.placed.map(({ address, pnn }) => ({ address, pnn }))
  }

  /**
   * Moves addresses from full groups of nodes to emptier ones, also by way of others, until none is fuller by two or more than another that it
   * can give to.
   */
  evenOut(grouping: Grouping): void {
    const { groupOf } = grouping
    const groups = [...new Set(this.placed.flatMap(({ knownOn }) => knownOn.map((pnn) => groupOf(pnn))))]
    for (;;) {
      const loads = new Map(groups.map((group) => [group, 0]))
      for (const [pnn, count] of this.counts) loads.set(groupOf(pnn), (loads.get(groupOf(pnn)) ?? 0) + count)
      const load = (group: number) => loads.get(group) ?? 0
      const fullest = groups.toSorted((a, b) => load(b) - load(a) || a - b)
      const least = Math.min(...groups.map(load))
      const givers = fullest.filter((group) => load(group) - least >= 2)
      const way = firstFound(givers, (from) => this.wayFrom(from, { load, least }, grouping))
      if (!way) return
      for (const { index, to } of way) {
        const each = this.placed[index]
        if (!each) continue
        this.count(each.pnn, -1)
        this.count(to, 1)
        each.pnn = to
      }
    }
  }

  /** The moves by which a group gives one address to the emptiest group that it can reach, if that has two less. */
  private wayFrom(from: number, { load, least }: Loads, grouping: Grouping): readonly Gift[] | undefined {
    const ways = new Map<number, readonly Gift[]>([[from, []]])
    // The map grows while it is gone through.
    for (const [group, way] of ways) {
      if (load(group) === least) break
      for (const gift of this.giftsOf(group, grouping)) {
        const receiver = grouping.groupOf(gift.to)
        if (!ways.has(receiver)) ways.set(receiver, [...way, gift])
      }
    }
    const [best] = [...ways.keys()].toSorted((a, b) => load(a) - load(b) || a - b)
    return best !== undefined && load(from) - load(best) >= 2 ? ways.get(best) : undefined
  }

  /** What a group can give to others: to each the first of its addresses that may move there, on the emptiest of its nodes. */
  private giftsOf(group: number, { groupOf, mayMove }: Grouping): Gift[] {
    const gifts = new Map<number, Gift>()
    for (const [index, { pnn, knownOn }] of this.placed.entries()) {
      if (groupOf(pnn) !== group) continue
      const able = knownOn.filter((to) => mayMove(pnn, to) && !gifts.has(groupOf(to)))
      for (const [receiver, pnns] of Map.groupBy(able, (to) => groupOf(to))) {
        const to = this.emptiest(pnns)
        if (to !== undefined) gifts.set(receiver, { index, to })
      }
    }
    return [...gifts.values()]
  }

  /** The node with the fewest addresses; of several, the first. */
  private emptiest(pnns: readonly Pnn[]): Pnn | undefined {
    const load = (pnn: Pnn) => this.counts.get(pnn) ?? 0
    return pnns.toSorted((a, b) => load(a) - load(b))[0]
  }

  private count(pnn: Pnn, more: number): void {
    this.counts.set(pnn, (this.counts.get(pnn) ?? 0) + more)
  }
}

/** The text of a home_nodes file. */
export const homeNodesText = (homes: ProposedHomes): string => homes.map(({ address, pnn }) => `${address} ${pnn}\n`).join('')
