import { hasFlag, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { CtdbtsError } from '../errors.ts'
import type { KnownAddress, MapEntry, NodeFacts, Snapshot } from '../snapshot/snapshot.ts'
import { unwellHosts } from '../snapshot/unwell-hosts.ts'
import { obstacle } from './can-host.ts'

/** A cluster with what-if edits, and what had to be assumed for them. */
export interface WhatIf {
  readonly snapshot: Snapshot
  readonly assumptions: readonly string[]
}

export const impossible = (reason: string): CtdbtsError => new CtdbtsError('IMPOSSIBLE', `impossible what-if: ${reason}`)

export const plain = (snapshot: Snapshot): WhatIf => ({ snapshot, assumptions: [] })

export function requireNode(snapshot: Snapshot, pnn: Pnn): MapEntry {
  const entry = snapshot.nodeMap.find((candidate) => candidate.pnn === pnn)
  if (!entry || hasFlag(entry, NODE_FLAG.DELETED)) throw impossible(`there is no node ${pnn}`)
  return entry
}

/** Changes the flags of a node in every node map, and updates what it could host. */
export function withFlags(snapshot: Snapshot, pnn: Pnn, flags: number): Snapshot {
  const change = (map: readonly MapEntry[]) => map.map((entry) => (entry.pnn === pnn ? { ...entry, flags } : entry))
  const nodes = snapshot.nodes.map((facts) => (facts.nodeMap ? { ...facts, nodeMap: change(facts.nodeMap) } : facts))
  return withAvailable({ ...snapshot, nodeMap: change(snapshot.nodeMap), nodes }, pnn)
}

export const withFacts = (snapshot: Snapshot, pnn: Pnn, change: (facts: NodeFacts) => NodeFacts): Snapshot => ({
  ...snapshot,
  nodes: snapshot.nodes.map((facts) => (facts.pnn === pnn ? change(facts) : facts)),
})

/** Updates the list of addresses that a node could host, by the rules of its daemon. */
export function withAvailable(snapshot: Snapshot, pnn: Pnn): Snapshot {
  return withFacts(snapshot, pnn, (facts) => {
    if (!facts.known) return facts
    const able = facts.known.filter(({ address }) => obstacle(snapshot, pnn, address) === undefined)
    return { ...facts, available: able.map(({ address }) => address) }
  })
}

/** Updates what nodes could host that host, or do not host any more, because no node is well. */
export function withUnwellHosts(snapshot: Snapshot, before: Snapshot): Snapshot {
  const [now, then] = [unwellHosts(snapshot), unwellHosts(before)]
  const changed = snapshot.nodeMap.map(({ pnn }) => pnn).filter((pnn) => now.has(pnn) !== then.has(pnn))
  return changed.reduce(withAvailable, snapshot)
}

/** Every address that any node knows, without an owner. */
export function knownSomewhere({ nodes }: Snapshot): KnownAddress[] {
  const addresses = new Set(nodes.flatMap(({ known }) => (known ?? []).map(({ address }) => address)))
  return [...addresses].map((address) => ({ address, owner: null }))
}
