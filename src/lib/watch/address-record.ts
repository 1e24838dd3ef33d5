import { addressKey, publicSocketAddress } from '../address/socket-address.ts'
import type { Pnn } from '../cluster/node.ts'
import { type KernelTimes, NO_KERNEL_TIMES } from './absence.ts'
import type { AddressState, KernelTruth } from './cluster-state.ts'
import type { ChangeTime } from './node-record.ts'

/** A fault of an address in the kernels. */
export interface KernelTrouble {
  readonly truth: KernelTruth
  /** When it was first seen. */
  readonly sinceMs: number
  /** Whether the timeline has it. A single sample may have come in the middle of a move. */
  readonly isReported: boolean
}

/** A change that a sample has shown, and for which the node's own event may still arrive. */
interface Awaited {
  readonly event: 'TAKE_IP' | 'RELEASE_IP'
  readonly seenAtMs: number
}

/** What is known of a public address during a watch. */
export interface AddressRecord {
  readonly address: string
  /** Sort key. */
  readonly key: string
  owner: Pnn | null
  /** Ascending, like all lists of nodes here. */
  claims: readonly Pnn[]
  knownBy: readonly Pnn[]
  heldBy: readonly Pnn[]
  /** Its interface on the owner, or on the last owner. */
  interfaceName: string | null
  sinceMs: number | null
  /** Since when a release by the owner would have been received. */
  heardSinceMs: number
  /** The owner before the current one. */
  previousOwner: Pnn | undefined
  /** While it has no owner: when the last one was seen or heard to lose it, and what was known then that kept it away from that node. */
  leaving: { readonly from: Pnn; readonly atMs: number; readonly obstacle: string | undefined } | undefined
  /** Since when it has been on no node, as far as is known. */
  awaySinceMs: number | undefined
  trouble: KernelTrouble | undefined
  /** When kernels had it. */
  times: KernelTimes
  /** Since when several nodes claim it. */
  doubleClaim: { readonly sinceMs: number; readonly isReported: boolean } | undefined
  /** When each node came to know it. */
  knownSince: ReadonlyMap<Pnn, ChangeTime>
  /** When each node last reported an event of it that no sample has caught up with. */
  readonly reportedMs: Map<Pnn, number>
  readonly awaited: Map<Pnn, Awaited>
  /** The state that was last given out; undefined once it is out of date. */
  shown: AddressState | undefined
}

export const beginAddress = (address: string): AddressRecord => ({
  address,
  key: addressKey(publicSocketAddress(address)),
  owner: null,
  claims: [],
  knownBy: [],
  heldBy: [],
  interfaceName: null,
  sinceMs: null,
  heardSinceMs: 0,
  previousOwner: undefined,
  leaving: undefined,
  awaySinceMs: undefined,
  trouble: undefined,
  times: NO_KERNEL_TIMES,
  doubleClaim: undefined,
  knownSince: new Map(),
  reportedMs: new Map(),
  awaited: new Map(),
  shown: undefined,
})

/** The list with a node added, in order. */
export const withNode = (pnns: readonly Pnn[], pnn: Pnn): readonly Pnn[] =>
  pnns.includes(pnn) ? pnns : [...pnns, pnn].sort((a, b) => a - b)

/** The list without a node. */
export const withoutNode = (pnns: readonly Pnn[], pnn: Pnn): readonly Pnn[] =>
  pnns.includes(pnn) ? pnns.filter((each) => each !== pnn) : pnns

/** Which kernels have an address, as far as they can be seen. */
export function truthOf({ owner, heldBy }: AddressRecord, isSeen: (pnn: Pnn) => boolean): KernelTruth {
  if (owner === null) return heldBy.length > 0 ? 'stray' : 'none'
  if (!isSeen(owner)) return 'unseen'
  if (heldBy.includes(owner)) return heldBy.length > 1 ? 'twice' : 'held'
  return heldBy.length > 0 ? 'elsewhere' : 'missing'
}

/** Whether the owner's kernel does not have it. */
export const isAbsent = (truth: KernelTruth | undefined): boolean => truth === 'missing' || truth === 'elsewhere'

/** Whether the owner has lost the address: it owned the address before its kernel was seen without it, so no move is in progress. */
export const isLost = ({ owner, sinceMs, trouble }: AddressRecord): boolean =>
  owner !== null && isAbsent(trouble?.truth) && (sinceMs === null || sinceMs < (trouble?.sinceMs ?? 0))

/** The state for views: the same object as long as nothing has changed. */
export function shownAddress(record: AddressRecord, isSeen: (pnn: Pnn) => boolean): AddressState {
  const { address, owner, claims, knownBy, heldBy, interfaceName, sinceMs, previousOwner, trouble } = record
  const kernel = truthOf(record, isSeen)
  const missingSinceMs = isAbsent(kernel) && isAbsent(trouble?.truth) ? trouble?.sinceMs : undefined
  record.shown ??= {
    address,
    owner,
    claims,
    knownBy,
    heldBy,
    interfaceName: owner === null ? null : interfaceName,
    kernel,
    sinceMs,
    awaySinceMs: record.awaySinceMs ?? missingSinceMs ?? null,
    ...(previousOwner !== undefined && { previousOwner }),
  }
  return record.shown
}
