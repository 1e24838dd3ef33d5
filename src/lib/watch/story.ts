import type { AuditedFinding } from '../audit/report.ts'
import type { Pnn } from '../cluster/node.ts'
import type { RunState } from '../cluster/run-state.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'

/**
 * What the kernels have of an address, past what CTDB believes: `held` by the owner's and no other; `missing` in the owner's; `elsewhere`
 * on another node only; `twice` on the owner and another; `stray`: nobody owns it, and a kernel holds it; `unseen`: the owner's kernel
 * cannot be looked at; `none`: nobody owns it, and no kernel that was seen holds it.
 */
export type KernelTruth = 'held' | 'missing' | 'elsewhere' | 'twice' | 'stray' | 'unseen' | 'none'

/** A public address, as it stands. */
export interface AddressState {
  readonly address: string
  /** Who says that he owns it; null for nobody. */
  readonly owner: Pnn | null
  /** Nodes that say they own it, all of them: more than one is a fault. */
  readonly claims: readonly Pnn[]
  /** Nodes that know it: those that may ever host it. */
  readonly knownBy: readonly Pnn[]
  /** Where it is on the owner; null when on none, or when nobody said. */
  readonly interfaceName: string | null
  readonly kernel: KernelTruth
  /** Nodes whose kernels were seen to hold it. */
  readonly heldBy: readonly Pnn[]
  /** Since when the owner owns it; null when that was so when the watch began. */
  readonly sinceMs: number | null
  /** Since when it is on no node, or missing in the owner's kernel; null while it is where it belongs. */
  readonly awaySinceMs: number | null
  /** Who had it before, in the time of the watch. */
  readonly previousOwner?: Pnn | null
}

/** A node, as it stands. */
export interface NodeState {
  readonly pnn: Pnn
  /** The private address. */
  readonly address: string
  /** The bits of NODE_FLAG, as the cluster sees it. */
  readonly flags: number
  readonly runState?: RunState | undefined
  readonly isLeader: boolean
  readonly links: readonly { readonly name: string; readonly linkUp: boolean }[]
  /** How many addresses it owns, and how many it knows. */
  readonly owns: number
  readonly knows: number
  /** Whether its daemon could be asked in the last look, by whatever way. */
  readonly answers: boolean
  /** Whether its kernel was looked at in the last look. */
  readonly kernelSeen: boolean
  /** Whether its own events are heard: without, what comes and goes between two looks is seen only after the fact. */
  readonly heard: boolean
  /** Why its daemon or machine cannot be reached, and when it is tried again. */
  readonly blind?: { readonly why: string; readonly sinceMs: number; readonly retryAtMs: number } | undefined
  /** Since when its flags are what they are; null when that was so when the watch began. */
  readonly sinceMs: number | null
}

/** What is known of a watched cluster: what it is now, and what is going on. */
export interface Story {
  /** The last look; undefined before the first. */
  readonly snapshot?: Snapshot
  /** When that was. */
  readonly seenAtMs?: number
  /** Null when nobody leads, undefined before anybody said. */
  readonly leader?: Pnn | null
  /** By PNN; deleted nodes are not among them. */
  readonly nodes: readonly NodeState[]
  /** In the order of `ip`. */
  readonly addresses: readonly AddressState[]
  /** Real ones of the last audit, the worst first. */
  readonly findings: readonly AuditedFinding[]
  /** Since when a takeover run is under way. */
  readonly takeoverRunSinceMs?: number
  /** Since when a recovery is under way. */
  readonly recoverySinceMs?: number
  /** No node can be reached at all. */
  readonly blind?: { readonly why: string; readonly sinceMs: number; readonly retryAtMs: number }
}
