import type { SocketAddress } from '../address/socket-address.ts'
import type { ClusterNode, Pnn } from './node.ts'

/** A network interface of a node, as its daemon knows it. */
export interface InterfaceState {
  readonly name: string
  readonly linkUp: boolean
  /** How many public addresses the node holds on it. */
  readonly references: number
}

/** What one node says of the interfaces of a public address. */
export interface PublicIpInterfaces {
  /** All on which the node could hold it, in the order of its public addresses file. */
  readonly configured: readonly InterfaceState[]
  /** The one on which it holds it; null when it does not. */
  readonly active: string | null
}

/** A public address with its owner. */
export interface OwnedIp {
  readonly address: SocketAddress
  /** UNKNOWN_PNN when nobody owns it. */
  readonly pnn: Pnn
  /** Present when it was asked for and somebody could be asked; in a list of all nodes that is the owner. */
  readonly interfaces?: PublicIpInterfaces
}

/** What `ip` shows: the public addresses that a node knows with the owners it believes in, or those of all active nodes. */
export interface IpReport {
  /** The node asked; `'all'` for the merged list, in which only what a node says of itself counts. */
  readonly of: Pnn | 'all'
  /** In ctdb's order: IPv4 first, ascending. */
  readonly ips: readonly OwnedIp[]
  /** Private addresses by PNN, as far as they were asked for. */
  readonly nodes: readonly ClusterNode[]
}

/** A node in `status`. */
export interface NodeStatus extends ClusterNode {
  /** No flags, but an interface is down: some addresses cannot be hosted here. */
  readonly partiallyOnline: boolean
}

/** The cluster's generation and which node is location master for which hash. */
export interface VnnMap {
  /** {@link INVALID_GENERATION} while a recovery is due. */
  readonly generation: number
  readonly map: readonly Pnn[]
}

export const INVALID_GENERATION = 1

/** Who leads the cluster; daemons before 4.16 call it recovery master. */
export interface Leader {
  /** UNKNOWN_PNN when none was heard of within the time limit. */
  readonly pnn: Pnn
  readonly era: 'leader' | 'recmaster'
}

/** 0 normal, 1 a recovery is under way. */
export type RecoveryMode = number

/** What `status` shows. */
export interface StatusReport {
  /** The node asked. */
  readonly thisNode: Pnn
  /** All nodes of the node map, deleted ones too. */
  readonly nodes: readonly NodeStatus[]
  /** Absent where only the nodes were asked for. */
  readonly cluster?: {
    readonly vnnMap: VnnMap
    readonly recoveryMode: RecoveryMode
    readonly leader: Leader
  }
}
