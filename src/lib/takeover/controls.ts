import { type AllocationInput, NO_OWNER } from '../allocation/input.ts'
import type { Pnn } from '../cluster/node.ts'

/** What one node is to be told about an address. */
export interface OwnerOrder {
  readonly to: Pnn
  readonly address: string
  /** Who shall own it; null for nobody. */
  readonly owner: Pnn | null
}

/** All that a takeover run tells the nodes, in its order: the releases first, and when all are done the takeovers. */
export interface OwnerOrders {
  readonly releases: readonly OwnerOrder[]
  readonly takeovers: readonly OwnerOrder[]
}

/** Nobody is said to own anything, and nothing could be hosted: the cluster is still coming up, and the leader orders nothing. */
export const isComingUp = ({ known, available }: Pick<AllocationInput, 'known' | 'available'>): boolean =>
  available.every((list) => list.length === 0) && known.every((list) => list.every(([, owner]) => owner === NO_OWNER))

/**
 * What follows from an allocation: every connected node that knows an address and shall not own it has to release it (if only to hear who
 * owns it now), and every owner has to take it over, whether he has it already or not.
 * @param connected the addresses that each connected node knows.
 */
export function ordersFor(
  allocation: readonly { readonly address: string; readonly owner: Pnn | null }[],
  connected: readonly { readonly pnn: Pnn; readonly known: ReadonlySet<string> }[],
): OwnerOrders {
  const releases = allocation.flatMap(({ address, owner }) =>
    connected.filter(({ pnn, known }) => pnn !== owner && known.has(address)).map(({ pnn }) => ({ to: pnn, address, owner })),
  )
  const takeovers = allocation.flatMap(({ address, owner }) => (owner === null ? [] : [{ to: owner, address, owner }]))
  return { releases, takeovers }
}
