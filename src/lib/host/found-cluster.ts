/** A daemon that was found. */
interface FoundDaemon {
  readonly privateAddress?: string | undefined
  /** Its connections to other nodes, if they are known. Both ends of one have the same text for it. */
  readonly connections?: readonly string[]
}

/** Whether a daemon is of the cluster. */
export interface Membership {
  /** Why it is left out; undefined if it is a node. */
  readonly omitted?: string
  /** What is not sure of a node. */
  readonly doubt?: string
}

const SAME_ADDRESS = 'another node has the same private address: is it of another cluster?'
const ELSEWHERE =
  'it is connected with others, but with no node of this cluster: it is of another one, or the network between them is broken'
const UNKNOWN = 'it cannot be told whether it is of this cluster'
const ALONE = `it is connected with no other node, so ${UNKNOWN}`

/**
 * Chooses the daemons that are of one cluster. Daemons that are connected with each other are of the same; the largest such group counts, and
 * of equals the first. If nothing speaks against it, a daemon without any connection is a node, too.
 */
export function membersOf(daemons: readonly FoundDaemon[]): readonly Membership[] {
  const groups = connected(daemons)
  const [nodes = []] = [...groups].toSorted((one, other) => other.length - one.length)
  const addresses = daemons.flatMap(({ privateAddress }) => privateAddress ?? [])
  const isOneCluster = new Set(addresses).size === addresses.length && groups.filter(hasConnections).length <= 1
  return daemons.map((daemon): Membership => {
    const first = nodes.find((node) => hasSameAddress(node, daemon))
    if (first !== undefined && first !== daemon) return { omitted: SAME_ADDRESS }
    if (nodes.includes(daemon)) return {}
    if (isOneCluster) return daemon.connections ? { doubt: ALONE } : {}
    if (hasConnections([daemon])) return { omitted: ELSEWHERE }
    return { omitted: daemon.connections ? ALONE : UNKNOWN }
  })
}

const hasSameAddress = (one: FoundDaemon, other: FoundDaemon): boolean =>
  one.privateAddress !== undefined && one.privateAddress === other.privateAddress

const hasConnections = (group: readonly FoundDaemon[]): boolean => group.some(({ connections = [] }) => connections.length > 0)

/** Groups of daemons that are connected, directly or through others, in the order of their first ones. */
function connected(daemons: readonly FoundDaemon[]): readonly (readonly FoundDaemon[])[] {
  const groupOf = new Map<string, Set<FoundDaemon>>()
  const groups = new Set<Set<FoundDaemon>>()
  for (const daemon of daemons) {
    const { connections = [] } = daemon
    const joined = new Set(connections.flatMap((connection) => groupOf.get(connection) ?? []))
    const [group = new Set<FoundDaemon>(), ...others] = joined
    group.add(daemon)
    groups.add(group)
    for (const other of others) {
      for (const member of other) group.add(member)
      groups.delete(other)
    }
    for (const member of group) for (const connection of member.connections ?? []) groupOf.set(connection, group)
  }
  return [...groups].map((group) => daemons.filter((daemon) => group.has(daemon)))
}
