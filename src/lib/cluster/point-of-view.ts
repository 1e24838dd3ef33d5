import { type ClusterNode, hasFlag, NODE_FLAG, type Pnn } from './node.ts'

/**
 * What limits what a daemon can say of the other nodes: it sees none of them, so it is cut off or they are all down; or it has just started,
 * and has not heard from all of them yet. Undefined if nothing does.
 */
export type ViewLimit = 'alone' | 'starting' | undefined

/** Whether a daemon sees a node: by its node map, it is connected to it. One that it has not heard of since its own start (UNKNOWN) is not in its sight either. */
export const isInSight = (node: Pick<ClusterNode, 'flags'>): boolean =>
  !hasFlag(node, NODE_FLAG.DISCONNECTED | NODE_FLAG.DELETED | NODE_FLAG.UNKNOWN)

/** Whether a daemon sees none of the other nodes that there are: what it believes of them says nothing about them. */
export function seesNobody(viewer: Pnn, nodes: readonly Pick<ClusterNode, 'pnn' | 'flags'>[]): boolean {
  const others = nodes.filter((node) => node.pnn !== viewer && !hasFlag(node, NODE_FLAG.DELETED))
  return others.length > 0 && !others.some(isInSight)
}

/** @param nodes the nodes as the daemon of `viewer` sees them. */
export function viewLimitOf(viewer: Pnn, nodes: readonly Pick<ClusterNode, 'pnn' | 'flags'>[]): ViewLimit {
  if (nodes.some((node) => node.pnn !== viewer && hasFlag(node, NODE_FLAG.UNKNOWN))) return 'starting'
  return seesNobody(viewer, nodes) ? 'alone' : undefined
}
