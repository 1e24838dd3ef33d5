import type { SocketAddress } from '../../lib/address/socket-address.ts'
import { type KnownIp, mergeKnownIps, sortKnownIps } from '../../lib/cluster/merge-ips.ts'
import { type ClusterNode, isActive, type Pnn, UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import type { InterfaceState, IpReport, PublicIpInterfaces } from '../../lib/cluster/report.ts'
import { CtdbtsError, EXIT_STATUS, retell } from '../../lib/errors.ts'
import type { CtdbClient } from '../client.ts'
import type { ValueOf } from '../wire/codec.ts'
import { controls } from '../wire/controls.ts'
import type { networkInterface, publicIpInfo } from '../wire/structs.ts'
import { inOrder } from './in-order.ts'
import { collectNodeMap, destinationOf, requireReachable } from './node-map.ts'

export interface IpQuestion {
  /** The node asked; the local one unless given. Only checked when `all`. */
  readonly node?: Pnn | undefined
  /** Merge the lists of all active nodes. */
  readonly all: boolean
  /** Ask for the interfaces of each address too. */
  readonly interfaces: boolean
  /** Ask for the node map, even where nothing else needs it. */
  readonly nodes: boolean
}

/**
 * What `ip` and `ip all` show.
 * @throws CtdbtsError when a node that has to be asked cannot tell.
 */
export async function collectIps(
  client: CtdbClient,
  localPnn: Promise<Pnn>,
  { node, all, interfaces, nodes: wantNodes }: IpQuestion,
): Promise<IpReport> {
  const nodeMap = all || wantNodes || node !== undefined ? collectNodeMap(client, localPnn) : undefined
  nodeMap?.catch(() => {})
  if (nodeMap && node !== undefined) requireReachable(await nodeMap, node)

  const list = all && nodeMap ? collectAll(client, nodeMap) : client.control(controls.getPublicIps, { to: destinationOf(node) })
  const [pnn, nodes, ips] = await inOrder(localPnn, nodeMap ?? Promise.resolve([]), list)
  const of = all ? 'all' : (node ?? pnn)
  const known = sortKnownIps(ips)
  if (!interfaces) return { of, ips: known, nodes }
  // In a list of all nodes, an address that nobody owns has nobody to be asked.
  const whom = (ip: KnownIp) => (of === 'all' ? ip.pnn : of)
  const details = await inOrder(...known.map((ip) => collectInterfaces(client, whom(ip), ip.address)))
  const withInterfaces = known.map((ip, index) => {
    const found = details[index]
    return found ? { ...ip, interfaces: found } : ip
  })
  return { of, ips: withInterfaces, nodes }
}

async function collectAll(client: CtdbClient, nodeMap: Promise<ClusterNode[]>): Promise<KnownIp[]> {
  const active = (await nodeMap).filter(isActive)
  if (active.length === 0) {
    throw new CtdbtsError('NO_ACTIVE_NODE', 'no node is active, so none can be asked for its public addresses', {
      hint: 'see `ctdbts status` for what keeps the nodes out',
      // The real tool fails without a word.
      ctdbText: { stderr: [] },
    })
  }
  // With a list of all nodes the real tool exits with 1 for whatever goes wrong.
  const failed = (error: unknown) =>
    retell(error, { code: 'INCOMPLETE', context: 'not all active nodes could be asked', exitStatus: EXIT_STATUS.failure })
  const lists = await inOrder(...active.map(({ pnn }) => client.control(controls.getPublicIps, { to: pnn }))).catch(failed)
  return mergeKnownIps(active.map(({ pnn }, index) => ({ pnn, ips: lists[index] ?? [] })))
}

async function collectInterfaces(client: CtdbClient, pnn: Pnn, address: SocketAddress): Promise<PublicIpInterfaces | undefined> {
  if (pnn === UNKNOWN_PNN) return undefined
  return publicIpInterfacesOf(await client.control(controls.getPublicIpInfo, { to: pnn, data: address }))
}

/** What the answer to GET_PUBLIC_IP_INFO says of the interfaces. */
export function publicIpInterfacesOf({ interfaces, activeIndex }: ValueOf<typeof publicIpInfo>): PublicIpInterfaces {
  return { configured: interfaces.map(interfaceStateOf), active: interfaces[activeIndex]?.name ?? null }
}

/** An interface as it travels, told in our terms. */
export const interfaceStateOf = ({ name, linkState, references }: ValueOf<typeof networkInterface>): InterfaceState => ({
  name,
  linkUp: linkState !== 0,
  references,
})
