import { type ClusterNode, hasFlag, NODE_FLAG } from '../../lib/cluster/node.ts'
import type { NodeChange } from '../../lib/cluster/nodes-change.ts'
import { type CtdbStyle, machineLine } from './style.ts'

/** Deleted nodes keep their PNN but are not listed. */
export const listedNodes = (nodes: readonly ClusterNode[]): ClusterNode[] =>
  nodes.filter((node) => !hasFlag(node, NODE_FLAG.DELETED))

/** `listnodes` as `ctdb` prints it. */
export const ctdbListNodesText = (nodes: readonly ClusterNode[], { separator }: CtdbStyle): string =>
  listedNodes(nodes)
    .map(({ pnn, address }) =>
      separator === undefined ? `${address.address}\n` : machineLine([pnn, address.address], separator),
    )
    .join('')

/** The lines of `ctdb reloadnodes` for a change, and where they go; a deleted node that is still connected is also an error. */
export function ctdbNodeChangeLines(change: NodeChange): { stdout?: string; stderr?: string } {
  switch (change.kind) {
    case 'missing':
      return { stderr: `Node ${change.pnn} (${change.address}) missing from nodes file` }
    case 'address-changed':
      return { stderr: `Node ${change.pnn} has changed IP address (was ${change.was}, now ${change.now})` }
    case 'disconnected':
      return { stderr: `WARNING: Node ${change.pnn} is disconnected. You MUST fix this node manually!` }
    case 'deleted': {
      const stdout = `Node ${change.pnn} is DELETED`
      return change.connected ? { stdout, stderr: `ERROR: Node ${change.pnn} is still connected` } : { stdout }
    }
    case 'undeleted':
      return { stdout: `Node ${change.pnn} is UNDELETED` }
    case 'new':
      return { stdout: `Node ${change.pnn} is NEW` }
  }
}
