import type { Pnn } from '../cluster/node.ts'

/** By the value of tunable IPAllocAlgorithm. */
export const ALGORITHMS = ['deterministic', 'non-deterministic', 'lcp2'] as const
export type Algorithm = (typeof ALGORITHMS)[number]

/** Nobody owns the address, or nobody may. */
export const NO_OWNER = -1

/** All that an allocation depends on. Lists per node are indexed by PNN. */
export interface AllocationInput {
  readonly algorithm: Algorithm
  /** How many nodes the cluster has, whatever their state. */
  readonly nodes: number
  /** Tunable NoIPTakeover: what nobody owns stays so, and nothing moves to even things out. */
  readonly noIpTakeover: boolean
  /** Tunable NoIPFailback: nothing moves that does not have to. The deterministic algorithm ignores it. */
  readonly noIpFailback: boolean
  /** Nodes that may receive addresses though they hold some (message REBALANCE_NODE). */
  readonly forceRebalance: readonly Pnn[]
  /** Per node: the addresses it knows, each with the owner it believes in. Only what a node says of itself counts. */
  readonly known: readonly (readonly (readonly [address: string, owner: number])[])[]
  /** Per node: the addresses it could host at the moment. */
  readonly available: readonly (readonly string[])[]
  /** From CTDB 4.20 on, for the deterministic algorithm: where an address belongs whenever that node can host it. */
  readonly homeNodes?: readonly (readonly [address: string, pnn: Pnn])[]
}

/** The addresses in the order of the algorithms (descending), each with its owner; {@link NO_OWNER} for none. */
export type Allocation = [address: string, owner: number][]

/** One step of an algorithm, for those who want to know why. Counts and costs are those of the moment. */
export type AllocationStep =
  /** Its owner cannot host it any more (or, deterministic, the node whose turn it was cannot). */
  | { readonly kind: 'unassigned'; readonly address: string; readonly from: Pnn }
  /** Deterministic: its place in the list, or its home, says where it belongs. */
  | { readonly kind: 'due'; readonly address: string; readonly to: Pnn; readonly because: 'place in the list' | 'home' }
  /** Given to the node that has the fewest addresses, of those that could host it. */
  | { readonly kind: 'placed by count'; readonly address: string; readonly to: Pnn; readonly count: number }
  /** LCP2: given to the node where it costs least. */
  | { readonly kind: 'placed by cost'; readonly address: string; readonly to: Pnn; readonly cost: number }
  /** Taken from a node with more addresses than another that could host it. */
  | {
      readonly kind: 'evened out'
      readonly address: string
      readonly from: Pnn
      readonly to: Pnn
      readonly counts: readonly [number, number]
    }
  /** LCP2: moved to a rebalance candidate, where it costs less. */
  | {
      readonly kind: 'rebalanced'
      readonly address: string
      readonly from: Pnn
      readonly to: Pnn
      readonly costs: readonly [number, number]
    }
