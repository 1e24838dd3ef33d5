import { hasFlag, NODE_FLAG } from '../lib/cluster/node.ts'
import type { StatusReport } from '../lib/cluster/report.ts'
import { generationText, leaderText, nodeStateText, recoveryModeText } from './ctdb/status.ts'
import { type Paint, table } from './table.ts'
import { viewLimitNote } from './view-limit.ts'

/** `status` as a table for people. */
export function statusTable({ nodes, thisNode, cluster, viewLimit }: StatusReport, paint: Paint): string {
  const rows = nodes
    .filter((node) => !hasFlag(node, NODE_FLAG.DELETED))
    .map((node) => {
      const roles = [
        ...(node.pnn === cluster?.leader.pnn ? ['leader'] : []),
        ...(cluster?.vnnMap.map.includes(node.pnn) ? ['lmaster'] : []),
        ...(node.pnn === thisNode ? [paint('quiet', 'this node')] : []),
      ]
      const state = nodeStateText(node)
      return [String(node.pnn), node.address.address, paint(state === 'OK' ? 'good' : 'bad', state), roles.join(', ')]
    })
  const summary = cluster
    ? `Recovery mode ${recoveryModeText(cluster.recoveryMode)}, generation ${generationText(cluster.vnnMap.generation)}, leader ${leaderText(cluster.leader.pnn)}\n`
    : ''
  return table(['PNN', 'Address', 'State', 'Roles'], rows) + summary + viewLimitNote(viewLimit)
}
