import type { AuditedFinding } from '../audit/report.ts'
import type { Pnn } from '../cluster/node.ts'
import type { RunState } from '../cluster/run-state.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'

/**
 * Which kernels have an address, whatever CTDB believes. `held`: only the owner's; `missing`: not the owner's and no other;
 * `elsewhere`: only another node's; `twice`: the owner's and another; `stray`: a kernel has it, but no node owns it; `unseen`: the owner's
 * kernel could not be looked at; `none`: no node owns it, and no kernel that was seen has it.
 */
export type KernelTruth = 'held' | 'missing' | 'elsewhere' | 'twice' | 'stray' | 'unseen' | 'none'

/** The current state of a public address. */
export interface AddressState {
  readonly address: string
  /** The node that says it owns the address; null for none. */
  readonly owner: Pnn | null
  /** All nodes that say they own it. More than one is a fault. */
  readonly claims: readonly Pnn[]
  /** Nodes that know it: only these can host it. */
  readonly knownBy: readonly Pnn[]
  /** Its interface on the owner; null if it has no owner, or nobody reported the interface. */
  readonly interfaceName: string | null
  readonly kernel: KernelTruth
  /** Nodes whose kernels were seen to have it. */
  readonly heldBy: readonly Pnn[]
  /** Since when the owner owns it; null if it already did when the watch began. */
  readonly sinceMs: number | null
  /** Since when it has been on no node, or missing in the owner's kernel; null while it is where it should be. */
  readonly awaySinceMs: number | null
  /** The previous owner, since the watch began. */
  readonly previousOwner?: Pnn | null
}

/** The current state of a node. */
export interface NodeState {
  readonly pnn: Pnn
  /** The private address. */
  readonly address: string
  /** The bits of NODE_FLAG, as the cluster sees the node. */
  readonly flags: number
  readonly runState?: RunState | undefined
  readonly isLeader: boolean
  readonly links: readonly { readonly name: string; readonly linkUp: boolean }[]
  /** How many addresses it owns, and how many it knows. */
  readonly owns: number
  readonly knows: number
  /** Whether its daemon answered in the last sample, directly or through another node. */
  readonly answers: boolean
  /**
   * Nothing is known of it now: the only daemon that answers sees no other node, or has just started. Its flags and its addresses are what was
   * last known, or what that daemon believes.
   */
  readonly isOutOfSight?: boolean
  /** Only in views: the next sample is overdue, so that all of this may be so no longer. */
  readonly isOutdated?: boolean
  /** Whether the last sample saw its kernel. */
  readonly kernelSeen: boolean
  /** Whether its own events are received. Without them, only samples show what happens there. */
  readonly heard: boolean
  /** Why its daemon or machine cannot be reached, and when the next attempt is due. */
  readonly blind?: { readonly why: string; readonly sinceMs: number; readonly retryAtMs: number } | undefined
  /** Since when it has its flags; null if it already had them when the watch began. */
  readonly sinceMs: number | null
}

/** What is known of a watched cluster: its current state, and what is in progress. All times are milliseconds since 1970. */
export interface ClusterState {
  /** The last sample; undefined before the first. */
  readonly snapshot?: Snapshot
  /** When that sample ended. */
  readonly seenAtMs?: number
  /** Null if there is no leader, undefined before any node has reported one. */
  readonly leader?: Pnn | null
  /** By PNN, without deleted nodes. */
  readonly nodes: readonly NodeState[]
  /** In the order of `ip`. */
  readonly addresses: readonly AddressState[]
  /** The real findings of the last audit, the worst first. */
  readonly findings: readonly AuditedFinding[]
  /** Since when a takeover run has been in progress. */
  readonly takeoverRunSinceMs?: number
  /** Since when a recovery has been in progress. */
  readonly recoverySinceMs?: number
  /** No node can be reached at all. */
  readonly blind?: { readonly why: string; readonly sinceMs: number; readonly retryAtMs: number }
}
