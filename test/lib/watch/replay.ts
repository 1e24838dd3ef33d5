import type { Pnn } from '../../../src/lib/cluster/node.ts'
import type { TimelineEntry } from '../../../src/lib/watch/timeline.ts'

/** What a timeline says that nodes did with an address. */
export interface Deed {
  readonly event: 'TAKE_IP' | 'RELEASE_IP'
  readonly pnn: Pnn
  readonly address: string
}

/** Reads a timeline as who wants to know what has happened: who took and released which address, and who owns it in the end. */
export function replay(timeline: readonly TimelineEntry[], first: ReadonlyMap<string, Pnn | null>) {
  const owners = new Map(first)
  const deeds: Deed[] = []
  for (const entry of timeline) {
    const [address = ''] = entry.addresses
    if (entry.kind !== 'address' || entry.to === undefined) continue
    const before = owners.get(address) ?? null
    deeds.push(...deedsOf(entry, address, before))
    owners.set(address, entry.to)
  }
  return { owners, deeds }
}

function deedsOf({ what, from, to, text }: TimelineEntry, address: string, before: Pnn | null): Deed[] {
  const took = to === null || to === undefined ? [] : [{ event: 'TAKE_IP' as const, pnn: to, address }]
  const gave = (pnn: Pnn | null | undefined) => (typeof pnn === 'number' ? [{ event: 'RELEASE_IP' as const, pnn, address }] : [])
  if (what === 'released') {
    const teller = /^node (\d+) released/.exec(text)?.[1]
    return gave(teller === undefined ? from : Number(teller))
  }
  if (what === 'lost') return gave(from)
  if (what === 'taken') return took
  // One that was not told to be released before has been so with the move.
  return what === 'moved' ? [...(before === from ? gave(from) : []), ...took] : []
}
