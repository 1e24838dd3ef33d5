import { addressKey } from '../address/socket-address.ts'
import { type ClusterNode, hasFlag, NODE_FLAG, type Pnn } from './node.ts'

/** How a list of nodes differs from the node map for one node. */
export type NodeChange =
  | { readonly kind: 'missing'; readonly pnn: Pnn; readonly address: string }
  | { readonly kind: 'address-changed'; readonly pnn: Pnn; readonly was: string; readonly now: string }
  /** It is not connected, so it will not learn of the change. */
  | { readonly kind: 'disconnected'; readonly pnn: Pnn }
  | { readonly kind: 'deleted'; readonly pnn: Pnn; readonly connected: boolean }
  | { readonly kind: 'undeleted'; readonly pnn: Pnn }
  | { readonly kind: 'new'; readonly pnn: Pnn }

/** All changes that a list of nodes would make. */
export interface NodesChange {
  /** In the order of the PNNs. */
  readonly changes: readonly NodeChange[]
  /** Whether the list is rejected: a node is missing, has another address, or is deleted while it is connected. */
  readonly refused: boolean
  /** Whether the list changes anything. */
  readonly needed: boolean
}

/** Compares the node map with a list of nodes. Like `ctdb`, does not report the new nodes of a list that is rejected. */
export function compareNodes(nodeMap: readonly ClusterNode[], list: readonly ClusterNode[]): NodesChange {
  const changes = nodeMap.flatMap((node, index) => changeOf(node, list[index]) ?? [])
  const refused = changes.some(isFault)
  const added = refused ? [] : list.slice(nodeMap.length).map(({ pnn }): NodeChange => ({ kind: 'new', pnn }))
  const all = [...changes, ...added]
  return { changes: all, refused, needed: all.some(({ kind }) => kind === 'deleted' || kind === 'undeleted' || kind === 'new') }
}

const isFault = (change: NodeChange): boolean =>
  change.kind === 'missing' || change.kind === 'address-changed' || (change.kind === 'deleted' && change.connected)

function changeOf(node: ClusterNode, listed: ClusterNode | undefined): NodeChange | undefined {
  const { pnn } = node
  if (!listed) return { kind: 'missing', pnn, address: node.address.address }
  const wasDeleted = hasFlag(node, NODE_FLAG.DELETED)
  const isDeleted = hasFlag(listed, NODE_FLAG.DELETED)
  const connected = !hasFlag(node, NODE_FLAG.DISCONNECTED)
  if (wasDeleted) return isDeleted ? undefined : { kind: 'undeleted', pnn }
  if (isDeleted) return { kind: 'deleted', pnn, connected }
  if (!isSameIp(node, listed)) {
    return { kind: 'address-changed', pnn, was: node.address.address, now: listed.address.address }
  }
  return connected ? undefined : { kind: 'disconnected', pnn }
}

/** Whether two lists have the same nodes, deleted or not. */
export const areSameNodes = (a: readonly ClusterNode[], b: readonly ClusterNode[]): boolean =>
  a.length === b.length &&
  a.every((node, index) => {
    const other = b[index]
    return other !== undefined && node.pnn === other.pnn && node.flags === other.flags && isSameIp(node, other)
  })

const isSameIp = (a: ClusterNode, b: ClusterNode): boolean =>
  addressKey({ ...a.address, port: 0 }) === addressKey({ ...b.address, port: 0 })
