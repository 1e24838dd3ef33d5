import type { SocketAddress } from '../address/socket-address.ts'

/** A physical node number: the line of the node in the nodes file, from 0. */
export type Pnn = number

/** "No node": an address without owner, a leader not known. Prints as -1 in lists of addresses and as UNKNOWN for the leader. */
export const UNKNOWN_PNN: Pnn = 0xffff_ffff

/** The bits of a node's flags. `UNKNOWN` never travels: the tools show it for nodes of which the asked node has no word yet. */
export const NODE_FLAG = {
  DISCONNECTED: 0x01,
  UNHEALTHY: 0x02,
  /** An administrator's `ctdb disable`; CTDB calls it permanently disabled. */
  DISABLED: 0x04,
  BANNED: 0x08,
  DELETED: 0x10,
  STOPPED: 0x20,
  UNKNOWN: 0x40,
} as const

/** A node with one of these takes no part in the cluster. */
export const INACTIVE_FLAGS = NODE_FLAG.DISCONNECTED | NODE_FLAG.BANNED | NODE_FLAG.DELETED | NODE_FLAG.STOPPED

/** A node as the node map has it. */
export interface ClusterNode {
  readonly pnn: Pnn
  /** The bits of {@link NODE_FLAG}. */
  readonly flags: number
  /** The private address, over which the daemons talk to each other. */
  readonly address: SocketAddress
}

export const hasFlag = (node: Pick<ClusterNode, 'flags'>, flags: number): boolean => (node.flags & flags) !== 0

/** Neither deleted nor disconnected nor banned nor stopped. */
export const isActive = (node: Pick<ClusterNode, 'flags'>): boolean => !hasFlag(node, INACTIVE_FLAGS)

/** Reachable at all: neither deleted nor disconnected. */
export const isReachable = (node: Pick<ClusterNode, 'flags'>): boolean =>
  !hasFlag(node, NODE_FLAG.DELETED | NODE_FLAG.DISCONNECTED)

/** The flags in the order and with the names in which `ctdb` shows them. INACTIVE is shown for a node with any flag that makes it so. */
export const FLAG_NAMES: readonly { readonly mask: number; readonly name: string }[] = [
  { mask: NODE_FLAG.DISCONNECTED, name: 'DISCONNECTED' },
  { mask: NODE_FLAG.UNKNOWN, name: 'UNKNOWN' },
  { mask: NODE_FLAG.DISABLED, name: 'DISABLED' },
  { mask: NODE_FLAG.BANNED, name: 'BANNED' },
  { mask: NODE_FLAG.UNHEALTHY, name: 'UNHEALTHY' },
  { mask: NODE_FLAG.DELETED, name: 'DELETED' },
  { mask: NODE_FLAG.STOPPED, name: 'STOPPED' },
  { mask: INACTIVE_FLAGS, name: 'INACTIVE' },
]

/** `OK`, or the names of the flags joined by `|`: `BANNED|INACTIVE`. */
export function flagsText(flags: number): string {
  const names = FLAG_NAMES.filter(({ mask }) => (flags & mask) !== 0).map(({ name }) => name)
  return names.length === 0 ? 'OK' : names.join('|')
}
