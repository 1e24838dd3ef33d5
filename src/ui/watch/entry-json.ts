import type { TimelineEntry } from '../../lib/watch/timeline.ts'

/**
 * A timeline entry as a JSON document, `formatVersion` 1. All entries have the same fields, null where one does not apply. `at` is ISO 8601,
 * UTC; `from` and `to` are the owners of an address before and after, null for nobody too; `awayMs` is how long something was away, in
 * milliseconds, `awayAtLeastMs` and `awayAtMostMs` are its bounds. Texts are as received from the nodes.
 */
export function entryJson(entry: TimelineEntry): Record<string, unknown> {
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
