import { whyNotOwn } from '../audit/configuration.ts'
import { readHomeNodes, takenHomes } from '../cluster/home-nodes.ts'
import type { Pnn } from '../cluster/node.ts'
import { onceFor } from '../once-for.ts'
import { factsOf, type NodeFacts, type Snapshot } from '../snapshot/snapshot.ts'
import { isAtLeast } from '../version.ts'
import { settingsOf } from './settings.ts'

/** Whether a version of CTDB reads a home_nodes file: from 4.20 on. Undefined if that is not known. */
export const readsHomeNodes = (version: string | undefined): boolean | undefined =>
  version === undefined ? undefined : isAtLeast(version, 4, 20)

/** Home nodes, or why they are not known: a clause. */
export type Homes =
  | { readonly homes: readonly (readonly [address: string, pnn: Pnn])[] }
  | { readonly homes: undefined; readonly why: string }

const NO_HOMES: Homes = { homes: [] }
const unknown = (why: string): Homes => ({ homes: undefined, why })

/**
 * The home nodes by which a takeover run goes: those of the leader's file, and none unless its algorithm is the deterministic one. Nodes that do
 * not exist have no effect.
 */
export const leadersHomes = onceFor((snapshot: Snapshot): Homes => {
  const { pnn } = snapshot.leader
  if (pnn === null || settingsOf(snapshot).algorithm !== 'deterministic') return NO_HOMES
  return homesOn(factsOf(snapshot, pnn), snapshot.nodeMap.length)
})

/** @param nodes how many nodes the node map has. */
function homesOn(facts: NodeFacts | undefined, nodes: number): Homes {
  const host = facts?.host
  const reads = readsHomeNodes(host?.version)
  if (reads === false || host?.homeNodesFile === null) return NO_HOMES
  if (host?.homeNodesFile === undefined) return unknown('its home_nodes file (4.20 and later) was not read')
  const foreign = whyNotOwn(facts, 'host.homeNodesFile')
  if (foreign !== undefined) return unknown(foreign)
  if (reads === undefined) return unknown('it has a home_nodes file, but whether its version reads that is not known')
  const homes = takenHomes(readHomeNodes(host.homeNodesFile))
  return { homes: homes.filter(({ pnn }) => pnn < nodes).map(({ address, pnn }) => [address, pnn]) }
}
