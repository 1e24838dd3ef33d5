import { otherNodesList } from '../../lib/audit/configuration.ts'
import { type ClusterNode, hasFlag, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import { addressesIn, clusterNodes, readNodesList } from '../../lib/cluster/nodes-list.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { type MapEntry, mapEntryOf } from '../../lib/snapshot/snapshot.ts'
import { readText } from '../../transport/host/read-nodes.ts'
import type { HostAccess, HostRoute } from '../../transport/host-access.ts'
import { nodeMapOf } from '../collect/snapshot.ts'
import { readHost } from './host-sample.ts'
import { closeDaemon, noneOf, type ReachedHost, type ReachOptions, reachHost, wrongNode } from './reached-host.ts'

export interface ClusterOptions extends ReachOptions {
  /** Where to start: the nodes that the user named, or this machine. */
  readonly entries: readonly HostRoute[]
  /** The route to another node of the cluster, by its private address, and by its PNN where that is known. Without it, only the machines of the entries can be examined. */
  readonly routeTo?: ((privateAddress: string, through: HostAccess, pnn?: Pnn) => HostRoute) | undefined
  /** The folder of CTDB's configuration on the nodes; unless given, the first of the usual ones that has any. */
  readonly base?: string | undefined
  /** Whether an entry's daemon may run on another machine. If so, the entry's machine must have the daemon's private address. */
  readonly checksHost?: boolean | undefined
}

/** The nodes of the cluster, and those of their machines to which there is a route. */
export interface FoundNodes {
  readonly nodeMap: readonly MapEntry[]
  /** The machines by PNN; entries first, in their order. */
  readonly hosts: ReadonlyMap<Pnn, ReachedHost>
  /** The entries in the order in which the user named them, each node once. */
  readonly entries: readonly ReachedHost[]
}

/**
 * Connects to the entries, and through them to all other nodes. A daemon reports the nodes of the cluster: an entry's, else one at an address
 * of an entry's nodes file, and only if there is none either, that file. An entry whose daemon does not answer is identified by its addresses.
 * @throws CtdbtsError NO_WAY when no entry can be reached, or none lists the nodes; with a single entry, its own error.
 */
export async function findNodes(options: ClusterOptions): Promise<FoundNodes> {
  const entries = await Promise.all(options.entries.map((entry) => reachHost(entry, options)))
  const reached = entries.filter(({ access }) => access)
  if (reached.length === 0) throw noneOf(entries, 'cannot reach any')
  const { nodes, met } = await nodesOf(reached, options).catch((error: unknown) => {
    for (const host of reached) closeDaemon(host)
    throw error
  })
  const nodeMap = nodes.map(mapEntryOf)
  const hosts = new Map<Pnn, ReachedHost>()
  const repeated = new Set<ReachedHost>()
  for (const entry of entries) {
    const pnn = entry.daemon?.pnn ?? (await identifyHost(entry, nodeMap, options))
    if (pnn === undefined) continue
    // A node that was named twice is reached once.
    if (hosts.has(pnn)) {
      closeDaemon(entry)
      repeated.add(entry)
    } else hosts.set(pnn, entry)
  }
  const [{ access: through } = {}] = reached
  const others = nodeMap.filter((node) => !hosts.has(node.pnn) && !hasFlag(node, NODE_FLAG.DELETED))
  const found = others.map(async ({ pnn, address }) => {
    if (!options.routeTo || !through) return undefined
    return requireNode(met.get(address) ?? (await reachHost(options.routeTo(address, through, pnn), options)), pnn)
  })
  for (const [address, host] of met) if (!others.some((node) => node.address === address)) closeDaemon(host)
  for (const [index, host] of (await Promise.all(found)).entries()) {
    const pnn = others[index]?.pnn
    if (host && pnn !== undefined) hosts.set(pnn, host)
  }
  return { nodeMap, hosts, entries: entries.filter((entry) => !repeated.has(entry)) }
}

/** The host, or an error if the daemon of another node answers there. */
export function requireNode(host: ReachedHost, pnn: Pnn): ReachedHost {
  const { name, reach, daemon } = host
  if (!daemon || daemon.pnn === pnn) return host
  closeDaemon(host)
  return { name, reach, problem: wrongNode(name, daemon.pnn, pnn) }
}

/** The nodes of the cluster, and the hosts that were reached to learn them, by their private addresses. */
interface KnownNodes {
  readonly nodes: readonly ClusterNode[]
  readonly met: ReadonlyMap<string, ReachedHost>
}

async function nodesOf(reached: readonly ReachedHost[], options: ClusterOptions): Promise<KnownNodes> {
  const answers = await Promise.all(reached.map(askNodeMap))
  const nodeMaps = answers.flatMap(({ name, daemon, nodeMap }) => (daemon && nodeMap ? [{ name, pnn: daemon.pnn, nodeMap }] : []))
  const [first, ...others] = nodeMaps
  for (const other of others) if (first) requireSameCluster(first, other)
  if (first) return { nodes: first.nodeMap, met: new Map() }
  let command: string | undefined
  for (const { access, name } of reached) {
    if (!access) continue
    const { facts } = await readHost(access, options)
    const other = otherNodesList(facts)
    command ??= other?.startsWith('!') ? other : undefined
    const text = await nodesListOf(access, facts.nodesFile, other, options)
    if (text) return await askedAt(text, access, options, `${name}: nodes`)
  }
  const error = noneOf(answers, 'neither a daemon nor a nodes file lists the nodes on any')
  throw command === undefined ? error : error.with({ hint: listedBy(command) })
}

/** The text of a machine's list of nodes; undefined if a command prints it. Such a command is CTDB's to run. */
async function nodesListOf(
  access: HostAccess,
  nodesFile: string | null | undefined,
  other: string | undefined,
  { timeoutMs }: ClusterOptions,
): Promise<string | null | undefined> {
  if (other === undefined) return nodesFile
  return other.startsWith('!') ? undefined : await readText({ access, isHere: false, timeoutMs }, other)
}

const listedBy = (command: string): string =>
  `name a node whose daemon runs: without one, only a command lists the nodes (nodes list = ${command}), which \`ctdbts listnodes\` runs`

/**
 * The node map of a daemon at one of the addresses in a list of nodes, as a file may be faulty or out of date; the list if none answers.
 */
async function askedAt(text: string, through: HostAccess, options: ClusterOptions, file: string): Promise<KnownNodes> {
  const otherwise = () => clusterNodes(text, file)
  const { routeTo } = options
  if (!routeTo) return { nodes: otherwise(), met: new Map() }
  const read = readNodesList(text)
  const pnnOf = (address: string) =>
    'nodes' in read ? read.nodes.find((node) => node.address.address === address)?.pnn : undefined
  const hosts = await Promise.all(
    addressesIn(text).map(
      async (address) => [address, await reachHost(routeTo(address, through, pnnOf(address)), options)] as const,
    ),
  )
  const met = new Map(hosts)
  const answers = await Promise.all(hosts.map(([, host]) => askNodeMap(host)))
  try {
    return { nodes: answers.find(({ nodeMap }) => nodeMap)?.nodeMap ?? otherwise(), met }
  } catch (error) {
    for (const host of met.values()) closeDaemon(host)
    throw error
  }
}

interface ReportedNodes {
  readonly name: string
  readonly pnn: Pnn
  readonly nodeMap: readonly ClusterNode[]
}

/** Adds the node map of its daemon to a host, or the reason why there is none. */
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

/** Nodes of two clusters would be reported as full of faults. @throws CtdbtsError OTHER_CLUSTER. */
function requireSameCluster(first: ReportedNodes, other: ReportedNodes): void {
  const addressIn = ({ nodeMap }: ReportedNodes) => nodeMap.find(({ pnn }) => pnn === other.pnn)?.address.address
  const [here, there] = [addressIn(first), addressIn(other)]
  if (here === there) return
  throw new CtdbtsError(
    'OTHER_CLUSTER',
    `${other.name} is node ${other.pnn} with the private address ${there}, but the cluster of ${first.name} has ${here === undefined ? 'no such node' : `${here} for it`}`,
    { hint: 'name hosts of one cluster only, or compare the nodes files with `ctdb listnodes` on both' },
  )
}

/** The PNN of a machine, found by its private address; undefined if it cannot be determined. */
export async function identifyHost(
  { access }: ReachedHost,
  nodeMap: readonly MapEntry[],
  options: ClusterOptions,
): Promise<Pnn | undefined> {
  if (!access) return undefined
  const { facts } = await readHost(access, options)
  const own = new Set(facts.addresses?.map(({ address }) => address))
  return nodeMap.find(({ address }) => own.has(address))?.pnn
}
