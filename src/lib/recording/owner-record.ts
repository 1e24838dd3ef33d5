import type { Pnn } from '../cluster/node.ts'
import { inOrder, type OwnerSpan, type OwnerSpans } from '../history/owners.ts'
import type { AddressState } from '../watch/cluster-state.ts'

/** Who owned which address when, as the states of a watched cluster show it. */
export class OwnerRecord {
  private readonly byAddress = new Map<string, OwnerSpan[]>()
  private last: readonly AddressState[] | undefined

  get spans(): OwnerSpans {
    return inOrder(this.byAddress)
  }

  /** Notes the current owners. The list is the same as long as nothing has changed. */
  see(addresses: readonly AddressState[], atMs: number): void {
    const { last } = this
    if (addresses === last) return
    this.last = addresses
    for (const { address, owner } of addresses) this.note(address, owner, atMs)
    const known = last && new Set(addresses.map(({ address }) => address))
    for (const { address } of last ?? []) if (!known?.has(address)) this.note(address, undefined, atMs)
  }

  private note(address: string, owner: Pnn | null | undefined, fromMs: number): void {
    const spans = this.byAddress.get(address) ?? []
    this.byAddress.set(address, spans)
    const before = spans.at(-1)
    if (before && before.owner === owner) return
    spans.push({ owner, fromMs, ...(before?.owner === undefined && { isLate: true as const }) })
  }
}
