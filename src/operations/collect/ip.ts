import type { SocketAddress } from '../../lib/address/socket-address.ts'
import { type KnownIp, mergeKnownIps, sortKnownIps } from '../../lib/cluster/merge-ips.ts'
import { type ClusterNode, isActive, type Pnn, UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import { viewLimitOf } from '../../lib/cluster/point-of-view.ts'
import type { InterfaceState, IpReport, PublicIpInterfaces } from '../../lib/cluster/report.ts'
import { CtdbtsError, EXIT_STATUS, retell } from '../../lib/errors.ts'
import type { ValueOf } from '../../lib/wire/codec.ts'
import { controls } from '../../lib/wire/controls.ts'
import type { networkInterface, publicIpInfo } from '../../lib/wire/structs.ts'
import type { CtdbClient } from '../../transport/client/client.ts'
import { collectNodeMap, destinationOf, requireReachable } from './node-map.ts'
import { allInOrder } from './ordered-requests.ts'

export interface IpRequest {
  /** The node to ask; the local one by default. With `all` it is only checked. */
  readonly node?: Pnn | undefined
  /** Merge the lists of all active nodes. */
  readonly all: boolean
  /** Ask for the interfaces of each address too. */
  readonly interfaces: boolean
  /** Ask for the node map even if nothing else needs it. */
  readonly nodes: boolean
}

/**
 * The public addresses for `ip` and `ip all`.
 * @throws CtdbtsError when a node does not answer or refuses.
 */
export async function collectIps(
  client: CtdbClient,
  localPnn: Promise<Pnn>,
  { node, all, interfaces, nodes: wantNodes }: IpRequest,
): Promise<IpReport> {
  const nodeMap = all || wantNodes || node !== undefined ? collectNodeMap(client, localPnn) : undefined
  nodeMap?.catch(() => {})
  if (nodeMap && node !== undefined) requireReachable(await nodeMap, node)

  const list = all && nodeMap ? collectAll(client, nodeMap) : client.control(controls.getPublicIps, { to: destinationOf(node) })
  const [pnn, nodes, ips] = await allInOrder(localPnn, nodeMap ?? Promise.resolve([]), list)
  const of = all ? 'all' : (node ?? pnn)
  const known = sortKnownIps(ips)
  const viewLimit = viewLimitOf(pnn, nodes)
  if (!interfaces) return { of, ips: known, nodes, viewLimit }
  // In the list of all nodes, there is no node to ask about an address without an owner.
  const nodeFor = (ip: KnownIp) => (of === 'all' ? ip.pnn : of)
  const details = await allInOrder(...known.map((ip) => collectInterfaces(client, nodeFor(ip), ip.address)))
  const withInterfaces = known.map((ip, index) => {
    const found = details[index]
    return found ? { ...ip, interfaces: found } : ip
  })
  return { of, ips: withInterfaces, nodes, viewLimit }
}

async function collectAll(client: CtdbClient, nodeMap: Promise<readonly ClusterNode[]>): Promise<KnownIp[]> {
  const active = (await nodeMap).filter(isActive)
  if (active.length === 0) {
    throw new CtdbtsError('NO_ACTIVE_NODE', 'no node is active, so none can be asked for its public addresses', {
      hint: 'see `ctdbts status` for the reasons',
      // ctdb fails without a message.
      ctdbText: { stderr: [] },
    })
  }
  // For the list of all nodes, ctdb exits with 1 on every error.
  const failed = (error: unknown) =>
    retell(error, { code: 'INCOMPLETE', context: 'cannot ask all active nodes', exitStatus: EXIT_STATUS.failure })
  const lists = await allInOrder(...active.map(({ pnn }) => client.control(controls.getPublicIps, { to: pnn }))).catch(failed)
  return mergeKnownIps(active.map(({ pnn }, index) => ({ pnn, ips: lists[index] ?? [] })))
}

async function collectInterfaces(client: CtdbClient, pnn: Pnn, address: SocketAddress): Promise<PublicIpInterfaces | undefined> {
  if (pnn === UNKNOWN_PNN) return undefined
  return publicIpInterfacesOf(await client.control(controls.getPublicIpInfo, { to: pnn, data: address }))
}

/** The interfaces in the answer to GET_PUBLIC_IP_INFO. */
export function publicIpInterfacesOf({ interfaces, activeIndex }: ValueOf<typeof publicIpInfo>): PublicIpInterfaces {
  return { configured: interfaces.map(interfaceStateOf), active: interfaces[activeIndex]?.name ?? null }
}

/** An interface of the protocol, as our own type. */
export const interfaceStateOf = ({ name, linkState, references }: ValueOf<typeof networkInterface>): InterfaceState => ({
  name,
  linkUp: linkState !== 0,
  references,
})
