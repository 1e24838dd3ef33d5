import { hasFlag, NODE_FLAG, UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import { controls } from '../../lib/wire/controls.ts'
import { destinationOf } from '../../operations/collect/node-map.ts'
import type { CtdbClient } from '../../transport/client/client.ts'
import { connectUnix, findSocket } from '../../transport/local/socket.ts'

/** A word that is valid at the cursor, and what it means. */
export interface Candidate {
  readonly value: string
  readonly meaning: string
}

/** Which daemon to ask, and about which node. */
export interface LiveSource {
  readonly socket: string | undefined
  /** PNN; undefined: the local node. */
  readonly node: number | undefined
  /** Time limit for each answer. */
  readonly timeoutMs: number
}

/** Candidates that the local daemon knows. Each can fail as the client's `control` does. */
export interface LiveValues {
  /** PNNs, with private addresses as their meaning. */
  nodes(): Promise<Candidate[]>
  publicIps(): Promise<Candidate[]>
  /** The names of the attached databases. */
  databases(): Promise<Candidate[]>
  interfaces(node?: number): Promise<Candidate[]>
}

export function liveValues({ socket, node: asked, timeoutMs }: LiveSource): LiveValues {
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
    async databases() {
      return await withClient(async (client) => {
        const map = await client.control(controls.getDbMap)
        const names = map.map(({ id: data }) => client.control(controls.getDbName, { data }))
        return (await Promise.all(names)).map((value) => ({ value, meaning: '' }))
      })
    },
    async interfaces(node = asked) {
      const interfaces = await withClient((client) => client.control(controls.getIfaces, { to: destinationOf(node) }))
      return interfaces.map(({ name, linkState }) => ({ value: name, meaning: linkState === 0 ? 'down' : 'up' }))
    },
  }
}
