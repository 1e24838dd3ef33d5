import type { Pnn } from '../cluster/node.ts'

/** An algorithm that decides which node hosts which address. */
export type Algorithm = 'deterministic' | 'non-deterministic' | 'lcp2'

/** By the value of tunable IPAllocAlgorithm. */
export const ALGORITHMS = ['deterministic', 'non-deterministic', 'lcp2'] as const satisfies readonly Algorithm[]

/** No owner. */
export const NO_OWNER = -1

/** Everything that an allocation depends on. Lists per node are indexed by PNN. */
export interface AllocationInput {
  readonly algorithm: Algorithm
  /** The number of nodes, in any state. */
  readonly nodes: number
  /** Tunable NoIPTakeover: addresses without an owner stay without one, and nothing is balanced. */
  readonly noIpTakeover: boolean
  /** Tunable NoIPFailback: no address moves unless it must. The deterministic algorithm ignores it. */
  readonly noIpFailback: boolean
  /** Nodes that may receive addresses although they own some already (message REBALANCE_NODE). */
  readonly forceRebalance: readonly Pnn[]
  /** Per node: the addresses it knows, each with the owner it believes in. Only what a node says about itself counts. */
  readonly known: readonly (readonly (readonly [address: string, owner: number])[])[]
  /** Per node: the addresses it could host at the moment. */
  readonly available: readonly (readonly string[])[]
  /** Home nodes (CTDB 4.20 and later, deterministic algorithm): an address goes to its home whenever that node can host it. */
  readonly homeNodes?: readonly (readonly [address: string, pnn: Pnn])[]
}

/** The addresses in the order of the algorithms (descending), each with its owner; -1 for none. */
export type Allocation = [address: string, owner: number][]

/** One step of an algorithm, for explanations. Counts and costs are those before the step. */
export type AllocationStep =
  /** Its owner cannot host it any more (deterministic: the node where it is due cannot host it). */
  | { readonly kind: 'unassigned'; readonly address: string; readonly from: Pnn }
  /** Deterministic: it is due on this node by its place in the list, or because this is its home. */
  | { readonly kind: 'due'; readonly address: string; readonly to: Pnn; readonly because: 'place in the list' | 'home' }
  /** Given to the node with the fewest addresses among those that could host it. */
  | { readonly kind: 'placed by count'; readonly address: string; readonly to: Pnn; readonly count: number }
  /** LCP2: given to the node where it costs least. */
  | { readonly kind: 'placed by cost'; readonly address: string; readonly to: Pnn; readonly cost: number }
  /** Moved from a node with more addresses to one with fewer that could host it. */
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
