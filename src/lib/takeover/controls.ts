import { type AllocationInput, NO_OWNER } from '../allocation/input.ts'
import type { Pnn } from '../cluster/node.ts'

/** What the leader tells one node about an address. */
export interface OwnerOrder {
  readonly to: Pnn
  readonly address: string
  /** The new owner; null for none. */
  readonly owner: Pnn | null
}

/** Everything that a takeover run tells the nodes, in this order: all releases, and when they are done, all takeovers. */
export interface OwnerOrders {
  readonly releases: readonly OwnerOrder[]
  readonly takeovers: readonly OwnerOrder[]
}

/** Whether the cluster is still starting: no node owns an address or could host one. The leader then sends no orders. */
export const isComingUp = ({ known, available }: Pick<AllocationInput, 'known' | 'available'>): boolean =>
  available.every((list) => list.length === 0) && known.every((list) => list.every(([, owner]) => owner === NO_OWNER))

/**
 * The orders that carry out an allocation. Every connected node that knows an address and is not its owner must release it, if only to learn
 * the owner. Every owner must take the address over, even if it already has it.
 * @param connected the addresses that each connected node knows.
 */
export function ordersFor(
  allocation: readonly { readonly address: string; readonly owner: Pnn | null }[],
  connected: readonly { readonly pnn: Pnn; readonly known: Pick<ReadonlySet<string>, 'has'> }[],
): OwnerOrders {
  const releases = allocation.flatMap(({ address, owner }) =>
    connected.filter(({ pnn, known }) => pnn !== owner && known.has(address)).map(({ pnn }) => ({ to: pnn, address, owner })),
  )
  const takeovers = allocation.flatMap(({ address, owner }) => (owner === null ? [] : [{ to: owner, address, owner }]))
  return { releases, takeovers }
}
