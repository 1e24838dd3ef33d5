import { clusterNodes } from '../../lib/cluster/address-files.ts'
import { type ClusterNode, hasFlag, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import type { MapEntry } from '../../lib/snapshot/snapshot.ts'
import { mapEntryOf } from '../collect/node-facts.ts'
import { nodeMapOf } from '../collect/snapshot.ts'
import type { HostAccess } from '../host-access.ts'
import { lookAtHost } from './look-at-host.ts'
import { closeDaemon, type Destination, noneOf, type ReachedHost, type ReachOptions, reachHost } from './reached-host.ts'

export interface ClusterOptions extends ReachOptions {
  /** Where to begin: nodes that the user named, or this machine. */
  readonly entries: readonly Destination[]
  /** The way to another node of the cluster, by its private address. Without it, only the entries' machines can be looked at. */
  readonly wayTo?: ((privateAddress: string, through: HostAccess) => Destination) | undefined
  /** The folder of CTDB's files on the nodes; /etc/ctdb unless given. */
  readonly base?: string | undefined
  /** Whether an entry may be another machine than the one on which its daemon runs: then it has to have the daemon's private address. */
  readonly checksPlace?: boolean | undefined
}

/** The nodes that there are, and those of their machines to which there is a way. */
export interface FoundNodes {
  readonly nodeMap: readonly MapEntry[]
  /** The entries first, in their order. */
  readonly hosts: ReadonlyMap<Pnn, ReachedHost>
  /** As the user named them, each node once. */
  readonly entries: readonly ReachedHost[]
}

/**
 * Goes to the entries and from there to all other nodes. Which nodes there are says a daemon; where no entry's daemon answers, the nodes
 * file of an entry. Which node an entry is, whose daemon does not answer, is told by the addresses it has.
 * @throws CtdbtsError NO_WAY when no entry can be reached, or none can say which nodes there are; of a single one what is wrong with it.
 */
export async function findNodes(options: ClusterOptions): Promise<FoundNodes> {
  const entries = await Promise.all(options.entries.map((entry) => reachHost(entry, options)))
  const reached = entries.filter(({ access }) => access)
  if (reached.length === 0) throw noneOf(entries, 'no way to any')
  const told = await nodesOf(reached, options).catch((error: unknown) => {
    for (const host of reached) closeDaemon(host)
    throw error
  })
  const nodeMap = told.map(mapEntryOf)
  const hosts = new Map<Pnn, ReachedHost>()
  const repeated = new Set<ReachedHost>()
  for (const entry of entries) {
    const pnn = entry.daemon?.pnn ?? (await placeOf(entry, nodeMap, options))
    if (pnn === undefined) continue
    // The same node named twice is reached once.
    if (hosts.has(pnn)) {
      closeDaemon(entry)
      repeated.add(entry)
    } else hosts.set(pnn, entry)
  }
  const [{ access: through } = {}] = reached
  const others = nodeMap.filter((node) => !hosts.has(node.pnn) && !hasFlag(node, NODE_FLAG.DELETED))
  const found = others.map(async ({ pnn, address }) => {
    if (!options.wayTo || !through) return undefined
    return checkPlace(await reachHost(options.wayTo(address, through), options), pnn)
  })
  for (const [index, host] of (await Promise.all(found)).entries()) {
    const pnn = others[index]?.pnn
    if (host && pnn !== undefined) hosts.set(pnn, host)
  }
  return { nodeMap, hosts, entries: entries.filter((entry) => !repeated.has(entry)) }
}

/** A machine at which the daemon of another node answers is not the one that was looked for. */
export function checkPlace(host: ReachedHost, pnn: Pnn): ReachedHost {
  const { name, reach, daemon } = host
  if (!daemon || daemon.pnn === pnn) return host
  closeDaemon(host)
  const problem = new CtdbtsError('WRONG_NODE', `${name} should be node ${pnn}, and is node ${daemon.pnn}`, {
    hint: 'see which machine that name or private address leads to; its names can be set in the configuration of ctdbts',
  })
  return { name, reach, problem }
}

async function nodesOf(reached: readonly ReachedHost[], options: ClusterOptions): Promise<readonly ClusterNode[]> {
  const asked = await Promise.all(reached.map(askNodeMap))
  const told = asked.flatMap(({ name, daemon, nodeMap }) => (daemon && nodeMap ? [{ name, pnn: daemon.pnn, nodeMap }] : []))
  const [first, ...others] = told
  for (const other of others) if (first) requireSameCluster(first, other)
  if (first) return first.nodeMap
  for (const { access, name } of reached) {
    const text = access && (await lookAtHost(access, options)).facts.nodesFile
    if (text) return clusterNodes(text, `${name}: nodes`)
  }
  throw noneOf(asked, 'neither a daemon nor a nodes file says which nodes there are on any')
}

interface ToldNodes {
  readonly name: string
  readonly pnn: Pnn
  readonly nodeMap: readonly ClusterNode[]
}

/** The same host, with the node map of its daemon, or with why there is none. */
async function askNodeMap(host: ReachedHost): Promise<ReachedHost & { readonly nodeMap?: readonly ClusterNode[] }> {
  const { daemon } = host
  if (!daemon) return host
  try {
    return { ...host, nodeMap: await nodeMapOf(daemon.client, Promise.resolve(daemon.pnn)) }
  } catch (error) {
    if (!(error instanceof CtdbtsError)) throw error
    return { ...host, problem: error }
  }
}

/** Two clusters taken for one would be full of faults. @throws CtdbtsError OTHER_CLUSTER. */
function requireSameCluster(first: ToldNodes, other: ToldNodes): void {
  const addressIn = ({ nodeMap }: ToldNodes) => nodeMap.find(({ pnn }) => pnn === other.pnn)?.address.address
  const [here, there] = [addressIn(first), addressIn(other)]
  if (here === there) return
  throw new CtdbtsError(
    'OTHER_CLUSTER',
    `${other.name} is node ${other.pnn} with the private address ${there}; in the cluster of ${first.name} ${here === undefined ? 'there is no such node' : `that is ${here}`}`,
    { hint: 'name hosts of one cluster only; or the nodes files differ: `ctdb listnodes` on both tells' },
  )
}

/** Which node a machine is, by its private address. */
export async function placeOf(
  { access }: ReachedHost,
  nodeMap: readonly MapEntry[],
  options: ClusterOptions,
): Promise<Pnn | undefined> {
  if (!access) return undefined
  const { facts } = await lookAtHost(access, options)
  const held = new Set(facts.addresses?.map(({ address }) => address))
  return nodeMap.find(({ address }) => held.has(address))?.pnn
}
