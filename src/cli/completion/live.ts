import { hasFlag, NODE_FLAG, UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import type { CtdbClient } from '../../transport/client.ts'
import { destinationOf } from '../../transport/collect/node-map.ts'
import { connectUnix, findSocket } from '../../transport/unix.ts'
import { controls } from '../../transport/wire/controls.ts'
import type { Choice } from './choices.ts'

/** Which daemon is asked, and about which node. */
export interface Asked {
  readonly socket: string | undefined
  /** PNN; undefined: the local one. */
  readonly node: number | undefined
  /** Time limit for each answer. */
  readonly timeoutMs: number
}

/** What the local daemon says that there is. Each can fail as the client's `control` does. */
export interface LiveValues {
  /** PNNs, with private addresses. */
  nodes(): Promise<Choice[]>
  publicIps(): Promise<Choice[]>
  interfaces(node?: number): Promise<Choice[]>
}

export function liveValues({ socket, node: asked, timeoutMs }: Asked): LiveValues {
  const withClient = async <T>(use: (client: CtdbClient) => Promise<T>): Promise<T> => {
    const client = await connectUnix(findSocket(socket, process.env), { timeoutMs })
    try {
      return await use(client)
    } finally {
      client.close()
    }
  }
  return {
    async nodes() {
      const nodes = await withClient((client) => client.control(controls.getNodeMap))
      return nodes
        .filter((node) => !hasFlag(node, NODE_FLAG.DELETED))
        .map(({ pnn, address }) => ({ value: String(pnn), meaning: address.address }))
    },
    async publicIps() {
      const ips = await withClient((client) => client.control(controls.getPublicIps, { to: destinationOf(asked) }))
      return ips.map(({ address, pnn }) => ({
        value: address.address,
        meaning: pnn === UNKNOWN_PNN ? 'on no node' : `on node ${pnn}`,
      }))
    },
    async interfaces(node = asked) {
      const interfaces = await withClient((client) => client.control(controls.getIfaces, { to: destinationOf(node) }))
      return interfaces.map(({ name, linkState }) => ({ value: name, meaning: linkState === 0 ? 'down' : 'up' }))
    },
  }
}
