import type { Pnn } from '../../lib/cluster/node.ts'
import { CTDB_PORT } from '../../lib/cluster/nodes-list.ts'
import type { ConnectionEnd, HostConnection } from '../../lib/snapshot/host-facts.ts'
import type { World } from '../world/world.ts'

/** Where connections of a node to other nodes begin. */
const FIRST_PORT = 50_000

/** The connections between the daemons that a node's kernel knows. A packet filter stops those that it was told to stop, in one direction. */
export function connectionsOf(world: World, pnn: Pnn): HostConnection[] {
  const { nodes, network } = world
  if (!nodes[pnn]?.daemon) return []
  const at = (node: Pnn): ConnectionEnd => ({ address: addressOf(world, pnn, node), port: CTDB_PORT })
  const others = nodes.filter((node) => node.pnn !== pnn && node.daemon).map((node) => node.pnn)
  const isUp = (from: Pnn, to: Pnn) => !network.path(from, to).parted
  return [
    { state: 'LISTEN', local: at(pnn), peer: { address: '0.0.0.0', port: null }, resent: 0 },
    ...others.flatMap((other): HostConnection[] => [
      {
        state: isUp(pnn, other) ? 'ESTAB' : 'SYN-SENT',
        local: { ...at(pnn), port: FIRST_PORT + other },
        peer: at(other),
        resent: 0,
      },
      ...(isUp(other, pnn)
        ? [{ state: 'ESTAB' as const, local: at(pnn), peer: { ...at(other), port: FIRST_PORT + pnn }, resent: 0 }]
        : []),
    ]),
  ]
}

/** The private address of a node, as the daemon of another one knows it. */
const addressOf = ({ nodes }: World, pnn: Pnn, of: Pnn): string =>
  nodes[pnn]?.daemon?.peers.nodes().find((node) => node.pnn === of)?.address.address ?? ''

const endText = ({ address, port }: ConnectionEnd): string => `${address.includes(':') ? `[${address}]` : address}:${port ?? '*'}`

/** As `ss -tano` prints them. */
export const connectionsText = (connections: readonly HostConnection[]): string =>
  [
    'State Recv-Q Send-Q Local Address:Port Peer Address:Port Process',
    ...connections.map(({ state, local, peer }) => `${state} 0 0 ${endText(local)} ${endText(peer)}`),
    '',
  ].join('\n')
