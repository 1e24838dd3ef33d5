import { addressKey, publicSocketAddress } from '../address/socket-address.ts'
import type { Pnn } from '../cluster/node.ts'
import type { AddressState, KernelTruth } from './story.ts'

/** Something wrong with an address in the kernels. */
export interface KernelTrouble {
  readonly truth: KernelTruth
  /** When it was first seen. */
  readonly sinceMs: number
  /** Whether the timeline has it: one look may have come in the middle of a move. */
  readonly isTold: boolean
}

/** A change that a look has shown, and of which the node's own word may still be under way. */
interface Awaited {
  readonly event: 'TAKE_IP' | 'RELEASE_IP'
  readonly seenAtMs: number
}

/** A public address while it is being watched. */
export interface AddressRecord {
  readonly address: string
  /** By which addresses are put in order. */
  readonly key: string
  owner: Pnn | null
  /** Ascending, as all lists of nodes here. */
  claims: readonly Pnn[]
  knownBy: readonly Pnn[]
  heldBy: readonly Pnn[]
  /** Where it is on its owner, or was on the last one. */
  interfaceName: string | null
  sinceMs: number | null
  /** Since when it would have been heard if the owner had let it go. */
  heardSinceMs: number
  /** The last one that owned it, and does not any more. */
  previousOwner: Pnn | undefined
  /** Since when it is on no node; `isExact` unless it may have been so for long when that was seen. */
  away: { readonly sinceMs: number; readonly isExact: boolean } | undefined
  trouble: KernelTrouble | undefined
  /** Since when several nodes say that they own it. */
  doubleClaim: { readonly sinceMs: number; readonly isTold: boolean } | undefined
  /** When which nodes last came to know it. */
  knownSinceMs: ReadonlyMap<Pnn, number>
  /** When nodes last told something of it that no look has caught up with. */
  readonly toldMs: Map<Pnn, number>
  readonly awaited: Map<Pnn, Awaited>
  /** As it was last shown; undefined when that does not hold any more. */
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
  away: undefined,
  trouble: undefined,
  doubleClaim: undefined,
  knownSinceMs: new Map(),
  toldMs: new Map(),
  awaited: new Map(),
  shown: undefined,
})

/** With a node more, in order. */
export const withNode = (pnns: readonly Pnn[], pnn: Pnn): readonly Pnn[] =>
  pnns.includes(pnn) ? pnns : [...pnns, pnn].sort((a, b) => a - b)

/** With a node less. */
export const withoutNode = (pnns: readonly Pnn[], pnn: Pnn): readonly Pnn[] =>
  pnns.includes(pnn) ? pnns.filter((each) => each !== pnn) : pnns

/** What the kernels have of an address, as far as they can be looked at. */
export function truthOf({ owner, heldBy }: AddressRecord, isSeen: (pnn: Pnn) => boolean): KernelTruth {
  if (owner === null) return heldBy.length > 0 ? 'stray' : 'none'
  if (!isSeen(owner)) return 'unseen'
  if (heldBy.includes(owner)) return heldBy.length > 1 ? 'twice' : 'held'
  return heldBy.length > 0 ? 'elsewhere' : 'missing'
}

/** Whether the owner's kernel does not have it. */
export const isAbsent = (truth: KernelTruth | undefined): boolean => truth === 'missing' || truth === 'elsewhere'

/** Whether the owner has lost it: it has owned it longer than it was seen without it, so that this is no move under way. */
export const isLost = ({ owner, sinceMs, trouble }: AddressRecord): boolean =>
  owner !== null && isAbsent(trouble?.truth) && (sinceMs === null || sinceMs < (trouble?.sinceMs ?? 0))

/** For the views; the same object as long as nothing has changed. */
export function shownAddress(record: AddressRecord, isSeen: (pnn: Pnn) => boolean): AddressState {
  const { address, owner, claims, knownBy, heldBy, interfaceName, sinceMs, previousOwner, away, trouble } = record
  record.shown ??= {
    address,
    owner,
    claims,
    knownBy,
    heldBy,
    interfaceName: owner === null ? null : interfaceName,
    kernel: truthOf(record, isSeen),
    sinceMs,
    awaySinceMs: away?.sinceMs ?? (isAbsent(trouble?.truth) ? (trouble?.sinceMs ?? null) : null),
    ...(previousOwner !== undefined && { previousOwner }),
  }
  return record.shown
}
