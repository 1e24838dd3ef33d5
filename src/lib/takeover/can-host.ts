import { CANNOT_HOST_FLAGS, flagsText, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { onceFor } from '../once-for.ts'
import { factsOf, type KnownAddress, type NodeFacts, type Snapshot } from '../snapshot/snapshot.ts'
import { unwellHosts } from '../snapshot/unwell-hosts.ts'

/** Flags of a node as a snapshot's node map has them. */
export const flagsOf = ({ nodeMap }: Snapshot, pnn: Pnn): number =>
  nodeMap.find((entry) => entry.pnn === pnn)?.flags ?? NODE_FLAG.DELETED

/**
 * Why a node cannot host an address, by the rules of the daemon and, up to 4.8, of the leader: it is inactive, disabled or unhealthy, not in run
 * state RUNNING, does not know the address, or has no link on any interface of the address. Undefined if it can host the address.
 */
export function obstacle(snapshot: Snapshot, pnn: Pnn, address: string): string | undefined {
  const flags = flagsOf(snapshot, pnn)
  if ((flags & CANNOT_HOST_FLAGS) !== 0 && !unwellHosts(snapshot).has(pnn)) return `it is ${flagsText(flags)}`
  const facts = factsOf(snapshot, pnn)
  if (!facts?.known) return 'it does not report which addresses it knows'
  if (facts.runState !== undefined && facts.runState !== 'RUNNING') return `its run state is ${facts.runState}`
  const known = facts.known.find((candidate) => candidate.address === address)
  if (!known) return 'the address is not in its public addresses'
  if (known.leaving) return 'the address is being removed from its public addresses'
  return hasLink(facts, known) ? undefined : `no link on ${known.interfaces?.join(', ')}`
}

/** Whether any interface of an address has a link. True if that is not known. */
function hasLink({ interfaces }: NodeFacts, { interfaces: names }: KnownAddress): boolean {
  if (!names || !interfaces) return true
  return names.some((name) => interfaces.find((candidate) => candidate.name === name)?.linkUp)
}

/** Cached, because each node is asked about each address. */
const membersOf = onceFor((addresses: readonly string[]): ReadonlySet<string> => new Set(addresses))

/** Why a node cannot host an address, by the list of available addresses that the node reported itself. */
export function whyNot(snapshot: Snapshot, pnn: Pnn, address: string): string | undefined {
  const available = factsOf(snapshot, pnn)?.available
  if (available && membersOf(available).has(address)) return undefined
  return obstacle(snapshot, pnn, address) ?? 'it does not list it as available'
}
