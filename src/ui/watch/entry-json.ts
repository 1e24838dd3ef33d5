import type { TimelineEntry } from '../../lib/watch/timeline.ts'

/**
 * An entry of the timeline as a JSON document, `formatVersion` 1: one shape for all, null for what an entry does not have. `at` is ISO 8601,
 * UTC; `from` and `to` are the owners of an address before and after, null for nobody too; `awayMs` is how long something was away, in
 * milliseconds. Texts are as the nodes gave them.
 */
export function entryJson(entry: TimelineEntry): Record<string, unknown> {
  const { id, atMs, kind, what, text, tone, pnns, addresses, from, to, cause, awayMs, check } = entry
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
    check: check ?? null,
  }
}
