import { addressKey, publicSocketAddress } from '../address/socket-address.ts'
import type { Pnn } from '../cluster/node.ts'
import type { HistoryEntry } from './story/entry.ts'

/** For how long somebody, or nobody, owned an address. */
export interface OwnerSpan {
  /** Undefined if that is not known. */
  readonly owner: Pnn | null | undefined
  /** Negative infinity for the beginning of the log. */
  readonly fromMs: number
  /** That is only since when it is known: it may have been so before. */
  readonly isLate?: true
}

/** Who owned each address when, by address. */
export type OwnerSpans = ReadonlyMap<string, readonly OwnerSpan[]>

/** Who owned each address when, as entries from logs say. What was so before the first line about an address follows from that line. */
export function ownerSpans(entries: readonly HistoryEntry[]): OwnerSpans {
  const spans = new Map<string, OwnerSpan[]>()
  for (const entry of entries) {
    const [address] = entry.addresses
    const before = address === undefined ? undefined : ownerBefore(entry)
    if (address === undefined || !before) continue
    const known = spans.get(address) ?? [{ owner: before.owner, fromMs: Number.NEGATIVE_INFINITY }]
    spans.set(address, known)
    const { atMs, leavesOwnerUnknown } = entry
    const to = leavesOwnerUnknown ? undefined : entry.to
    if ((to !== undefined || leavesOwnerUnknown) && known.at(-1)?.owner !== to) known.push({ owner: to, fromMs: atMs })
  }
  return inOrder(spans)
}

/** In the order of `ip`. */
export function inOrder(spans: OwnerSpans): OwnerSpans {
  const key = (address: string) => addressKey(publicSocketAddress(address))
  return new Map([...spans].sort(([a], [b]) => (key(a) < key(b) ? -1 : 1)))
}

/** Who owned the address of an entry until then; undefined if it is about something else. */
function ownerBefore({
  kind,
  what,
  pnns,
  from,
  to,
  leavesOwnerUnknown,
}: HistoryEntry): { readonly owner: Pnn | undefined } | undefined {
  // That a kernel lacks an address which the node owns says who owns it.
  if (kind === 'kernel' && what === 'missing') return { owner: pnns[0] }
  return kind === 'address' && (to !== undefined || leavesOwnerUnknown) ? { owner: from ?? undefined } : undefined
}

/** Who owned an address at a moment. */
export interface OwnerThen {
  readonly address: string
  readonly owner: Pnn | null | undefined
  /** Since when; undefined if since before the log begins, or not known. */
  readonly sinceMs: number | undefined
}

/** Who owned which address at a moment. Where a clock was set back, a moment is there twice: an owner is known if there is one only. */
export const ownersAt = (owners: OwnerSpans, atMs: number): readonly OwnerThen[] =>
  [...owners].map(([address, spans]) => {
    const then = spans.filter(
      ({ fromMs, owner }, index) =>
        owner !== undefined && fromMs <= atMs && atMs < (spans[index + 1]?.fromMs ?? Number.POSITIVE_INFINITY),
    )
    const span = then.every(({ owner }) => owner === then[0]?.owner) ? then.at(-1) : undefined
    const sinceMs = span && Number.isFinite(span.fromMs) && !span.isLate ? span.fromMs : undefined
    return { address, owner: span?.owner, sinceMs }
  })
