import type { ValueOf } from '../wire/codec.ts'
import type { clusterNode } from '../wire/structs.ts'

/** A physical node number: the line of the node in the nodes file, from 0. */
export type Pnn = number

/** "No node": an address without an owner, or an unknown leader. Printed as -1 in lists of addresses and as UNKNOWN for the leader. */
export const UNKNOWN_PNN: Pnn = 0xffff_ffff

/** The bits of a node's flags. `UNKNOWN` is never sent: the tools show it for nodes that the queried node has not heard of yet. */
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

/** Flags that keep a node from hosting anything. */
export const CANNOT_HOST_FLAGS = INACTIVE_FLAGS | NODE_FLAG.DISABLED | NODE_FLAG.UNHEALTHY

/**
 * A node in the node map.
 * @interface
 */
export type ClusterNode = ValueOf<typeof clusterNode>

/** Whether a node has one of these flags, bits of {@link NODE_FLAG}. */
export const hasFlag = (node: Pick<ClusterNode, 'flags'>, flags: number): boolean => (node.flags & flags) !== 0

/** Whether a node is neither deleted, disconnected, banned nor stopped. */
export const isActive = (node: Pick<ClusterNode, 'flags'>): boolean => !hasFlag(node, INACTIVE_FLAGS)

/** Whether a node is neither deleted nor disconnected. */
export const isReachable = (node: Pick<ClusterNode, 'flags'>): boolean =>
  !hasFlag(node, NODE_FLAG.DELETED | NODE_FLAG.DISCONNECTED)

/** The flags in the order and with the names in which `ctdb` shows them. INACTIVE is shown in addition to any flag that makes a node inactive. */
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
