import type { Pnn } from '../../lib/cluster/node.ts'
import type { TimelineEntry } from '../../lib/watch/timeline.ts'
import type { Versioned } from '../documents/common.ts'

/** An entry of the timeline of `watch` and `history`. */
export interface EntryDocument extends Versioned, Pick<TimelineEntry, 'id' | 'kind' | 'what' | 'tone' | 'text' | 'addresses'> {
  /** ISO 8601, UTC. */
  readonly at: string
  /** All nodes involved. */
  readonly nodes: readonly Pnn[]
  /** For an address: the owner before and after; null for none, and for other entries. */
  readonly from: Pnn | null
  readonly to: Pnn | null
  /** Why, if known. */
  readonly cause: string | null
  /** How long no kernel had an address, or how long another state lasted, until now. */
  readonly awayMs: number | null
  /** The bounds of that time. */
  readonly awayAtLeastMs: number | null
  readonly awayAtMostMs: number | null
  /** For a finding: the id of its check. */
  readonly check: string | null
}

/**
 * A timeline entry as a JSON document, `formatVersion` 1. All entries have the same fields, null where one does not apply. `at` is ISO 8601,
 * UTC; `from` and `to` are the owners of an address before and after, null for nobody too; `awayMs` is how long something was away, in
 * milliseconds, `awayAtLeastMs` and `awayAtMostMs` are its bounds. Texts are as received from the nodes.
 */
export function entryJson(entry: TimelineEntry): EntryDocument {
  const { id, atMs, kind, what, text, tone, pnns, addresses, from, to, cause, awayMs, awayAtLeastMs, awayAtMostMs, check } = entry
  return {
    formatVersion: 1,
    id,
    at: new Date(atMs).toISOString(),
    kind,
    what,
    tone,
    text,
    nodes: pnns,
    addresses,
    from: from ?? null,
    to: to ?? null,
    cause: cause ?? null,
    awayMs: awayMs ?? null,
    awayAtLeastMs: awayAtLeastMs ?? null,
    awayAtMostMs: awayAtMostMs ?? null,
    check: check ?? null,
  }
}
