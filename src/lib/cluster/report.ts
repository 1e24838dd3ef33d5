import type { SocketAddress } from '../address/socket-address.ts'
import type { ClusterNode, Pnn } from './node.ts'
import type { ViewLimit } from './point-of-view.ts'

/** A network interface of a node, as its daemon knows it. */
export interface InterfaceState {
  readonly name: string
  readonly linkUp: boolean
  /** How many public addresses the node has on it. */
  readonly references: number
}

/** What one node reports about the interfaces of a public address. */
export interface PublicIpInterfaces {
  /** All interfaces that may have it, in the order of the public addresses file. */
  readonly configured: readonly InterfaceState[]
  /** The interface that has it; null if none has. */
  readonly active: string | null
}

/** A public address with its owner. */
export interface OwnedIp {
  readonly address: SocketAddress
  /** UNKNOWN_PNN if no node owns it. */
  readonly pnn: Pnn
  /** Present if it was requested and a node could be queried; in a list of all nodes, that is the owner. */
  readonly interfaces?: PublicIpInterfaces
}

/** The content of `ip`: the public addresses that a node knows with the owners it believes in, or those of all active nodes. */
export interface IpReport {
  /** The queried node; `'all'` for the merged list, in which only what a node says about itself counts. */
  readonly of: Pnn | 'all'
  /** In ctdb's order: IPv4 first, ascending. */
  readonly ips: readonly OwnedIp[]
  /** Private addresses by PNN, if they were requested. */
  readonly nodes: readonly ClusterNode[]
  /** What limits what the daemon that was asked can say of other nodes, if the nodes were requested. */
  readonly viewLimit?: ViewLimit
}

/** A node in `status`. */
export interface NodeStatus extends ClusterNode {
  /** No flags, but an interface is down, so it cannot host some addresses. */
  readonly partiallyOnline: boolean
}

/** The cluster's generation, and the location master of each hash. */
export interface VnnMap {
  readonly generation: number
  readonly map: readonly Pnn[]
}

/** The generation while a recovery is due. */
export const INVALID_GENERATION = 1

/** The leader of the cluster. Daemons before 4.16 call it recovery master. */
export interface Leader {
  /** UNKNOWN_PNN if none was heard of within the time limit. */
  readonly pnn: Pnn
  readonly era: 'leader' | 'recmaster'
}

/** 0: normal; 1: a recovery is in progress. */
export type RecoveryMode = number

/** The content of `status`. */
export interface StatusReport {
  /** The queried node. */
  readonly thisNode: Pnn
  /** All nodes of the node map, including deleted ones. */
  readonly nodes: readonly NodeStatus[]
  /** What limits what the daemon that was asked can say of them. */
  readonly viewLimit?: ViewLimit
  /** Absent if only the nodes were requested. */
  readonly cluster?: {
    readonly vnnMap: VnnMap
    readonly recoveryMode: RecoveryMode
    readonly leader: Leader
  }
}
