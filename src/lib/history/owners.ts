import { addressKey, publicSocketAddress } from '../address/socket-address.ts'
import type { Pnn } from '../cluster/node.ts'
import type { HistoryEntry } from './story/entry.ts'

/** For how long somebody, or nobody, owned an address. */
interface OwnerSpan {
  /** Undefined if the log does not say who. */
  readonly owner: Pnn | null | undefined
  /** Negative infinity for the beginning of the log. */
  readonly fromMs: number
}

/** Who owned each address when, by address. What was so before the first line about an address follows from that line. */
export function ownerSpans(entries: readonly HistoryEntry[]): ReadonlyMap<string, readonly OwnerSpan[]> {
  const spans = new Map<string, OwnerSpan[]>()
  for (const entry of entries) {
    const [address] = entry.addresses
    const before = address === undefined ? undefined : ownerBefore(entry)
    if (address === undefined || !before) continue
    const known = spans.get(address) ?? [{ owner: before.owner, fromMs: Number.NEGATIVE_INFINITY }]
    spans.set(address, known)
    const { to, atMs } = entry
    if (to !== undefined && known.at(-1)?.owner !== to) known.push({ owner: to, fromMs: atMs })
  }
  const key = (address: string) => addressKey(publicSocketAddress(address))
  return new Map([...spans].sort(([a], [b]) => (key(a) < key(b) ? -1 : 1)))
}

/** Who owned the address of an entry until then; undefined if it is about something else. */
function ownerBefore({ kind, what, pnns, from, to }: HistoryEntry): { readonly owner: Pnn | undefined } | undefined {
  // That a kernel lacks an address which the node owns says who owns it.
  if (kind === 'kernel' && what === 'missing') return { owner: pnns[0] }
  return kind === 'address' && to !== undefined ? { owner: from ?? undefined } : undefined
}

/** Who owned an address at a moment. */
export interface OwnerThen {
  readonly address: string
  readonly owner: Pnn | null | undefined
  /** Since when; undefined if since before the log begins. */
  readonly sinceMs: number | undefined
}

/** Who owned which address at a moment. */
export const ownersAt = (entries: readonly HistoryEntry[], atMs: number): readonly OwnerThen[] =>
  [...ownerSpans(entries)].map(([address, spans]) => {
    const span = spans.findLast(({ fromMs }) => fromMs <= atMs)
    const sinceMs = span && Number.isFinite(span.fromMs) ? span.fromMs : undefined
    return { address, owner: span?.owner, sinceMs }
  })
