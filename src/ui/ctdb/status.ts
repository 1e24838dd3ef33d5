import { FLAG_NAMES, flagsText, hasFlag, INACTIVE_FLAGS, NODE_FLAG, type Pnn, UNKNOWN_PNN } from '../../lib/cluster/node.ts'
import { INVALID_GENERATION, type NodeStatus, type StatusReport } from '../../lib/cluster/report.ts'
import type { CtdbNodeStatus, CtdbStatus } from '../documents/ctdb-status.ts'
import { type CtdbStyle, machineLine, signed } from './style.ts'

/** `status` as `ctdb` prints it: with a separator only the nodes, else everything. */
export function ctdbStatusText(report: StatusReport, { separator }: CtdbStyle): string {
  if (separator !== undefined) return machineText(report, separator)
  return nodesText(report) + clusterText(report)
}

/** `nodestatus` as `ctdb` prints it: the same nodes, counted only in a list of all. */
export function ctdbNodeStatusText(report: StatusReport, { separator }: CtdbStyle, { all }: { all: boolean }): string {
  if (separator !== undefined) return machineText(report, separator)
  return all ? nodesText(report) : nodeLines(report)
}

/** Deleted nodes keep their PNN but are not listed. */
const listed = (nodes: readonly NodeStatus[]): NodeStatus[] => nodes.filter((node) => !hasFlag(node, NODE_FLAG.DELETED))

/** The state of a node: `OK`, `PARTIALLYONLINE`, `BANNED|INACTIVE`. */
export const nodeStateText = (node: NodeStatus): string => (node.partiallyOnline ? 'PARTIALLYONLINE' : flagsText(node.flags))

export const recoveryModeText = (mode: number): string => (mode === 0 ? 'NORMAL' : 'RECOVERY')

export const leaderText = (pnn: Pnn): string => (pnn === UNKNOWN_PNN ? 'UNKNOWN' : String(pnn))

export const generationText = (generation: number): string => (generation === INVALID_GENERATION ? 'INVALID' : String(generation))

function nodesText(report: StatusReport): string {
  const { nodes } = report
  const deleted = nodes.length - listed(nodes).length
  const including = deleted === 0 ? '' : ` (including ${deleted} deleted nodes)`
  return `Number of nodes:${nodes.length}${including}\n${nodeLines(report)}`
}

function nodeLines({ nodes, thisNode }: StatusReport): string {
  const lines = listed(nodes).map((node) => {
    const mark = node.pnn === thisNode ? ' (THIS NODE)' : ''
    return `pnn:${node.pnn} ${node.address.address.padEnd(16)} ${nodeStateText(node)}${mark}\n`
  })
  return lines.join('')
}

function clusterText({ cluster }: StatusReport): string {
  if (!cluster) return ''
  const { vnnMap, recoveryMode, leader } = cluster
  const hashes = vnnMap.map.map((lmaster, hash) => `hash:${hash} lmaster:${signed(lmaster)}\n`)
  const role = leader.era === 'leader' ? 'Leader' : 'Recovery master'
  return [
    `Generation:${generationText(vnnMap.generation)}\n`,
    `Size:${vnnMap.map.length}\n`,
    ...hashes,
    `Recovery mode:${recoveryModeText(recoveryMode)} (${recoveryMode})\n`,
    `${role}:${leaderText(leader.pnn)}\n`,
  ].join('')
}

/** The columns of `ctdb -X status` that show flags. */
export const MACHINE_FLAGS: readonly [column: string, mask: number][] = [
  ['Disconnected', NODE_FLAG.DISCONNECTED],
  ['Unknown', NODE_FLAG.UNKNOWN],
  ['Banned', NODE_FLAG.BANNED],
  ['Disabled', NODE_FLAG.DISABLED],
  ['Unhealthy', NODE_FLAG.UNHEALTHY],
  ['Stopped', NODE_FLAG.STOPPED],
  ['Inactive', INACTIVE_FLAGS],
]

function machineText({ nodes, thisNode }: StatusReport, separator: string): string {
  const columns = ['Node', 'IP', ...MACHINE_FLAGS.map(([column]) => column), 'PartiallyOnline', 'ThisNode']
  const rows = listed(nodes).map((node) => [
    node.pnn,
    node.address.address,
    ...MACHINE_FLAGS.map(([, mask]) => Number(hasFlag(node, mask))),
    Number(node.partiallyOnline),
    node.pnn === thisNode ? 'Y' : 'N',
  ])
  return [columns, ...rows].map((fields) => machineLine(fields, separator)).join('')
}

/** The document that `ctdb -j status` prints (4.25), key by key. */
export function ctdbStatusJson({ nodes, thisNode, cluster }: StatusReport): CtdbStatus {
  const shown = listed(nodes)
  return {
    node_status: {
      node_count: nodes.length,
      deleted_node_count: nodes.length - shown.length,
      nodes: Object.fromEntries(shown.map((node) => [String(node.pnn), nodeJson(node, thisNode)])),
    },
    ...(cluster && {
      vnn_status: {
        generation: cluster.vnnMap.generation === INVALID_GENERATION ? null : cluster.vnnMap.generation,
        size: cluster.vnnMap.map.length,
        vnn_map: cluster.vnnMap.map.map((lmaster, hash) => ({ hash, lmaster })),
      },
      recovery_mode: recoveryModeText(cluster.recoveryMode),
      recovery_mode_raw: cluster.recoveryMode,
      leader: cluster.leader.pnn,
    }),
  }
}

function nodeJson(node: NodeStatus, thisNode: Pnn): CtdbNodeStatus {
  return {
    pnn: node.pnn,
    address: node.address.address,
    partially_online: node.partiallyOnline,
    flags_raw: node.flags,
    flags_ok: node.flags === 0,
    flags: Object.fromEntries(FLAG_NAMES.map(({ name, mask }) => [name.toLowerCase(), hasFlag(node, mask)])),
    this_node: node.pnn === thisNode,
  }
}
