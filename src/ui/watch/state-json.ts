import { findingKey } from '../../lib/audit/finding.ts'
import { flagsText } from '../../lib/cluster/node.ts'
import type { AddressState, ClusterState, NodeState } from '../../lib/watch/cluster-state.ts'

/**
 * The state of a watched cluster as a JSON document, `formatVersion` 1: null where something is unknown or does not apply. Times are ISO
 * 8601, UTC; `since` is null for what has not changed since the watch began; `away` is the time since which an address is on no node, or
 * missing in its owner's kernel. Texts are as received from the nodes.
 */
export function stateJson(cluster: ClusterState): Record<string, unknown> {
  const { seenAtMs, leader, nodes, addresses, findings, takeoverRunSinceMs, recoverySinceMs } = cluster
  return {
    event: 'state',
    formatVersion: 1,
    at: time(seenAtMs),
    leader: leader ?? null,
    takeoverRunSince: time(takeoverRunSinceMs),
    recoverySince: time(recoverySinceMs),
    nodes: nodes.map(nodeJson),
    addresses: addresses.map(addressJson),
    findings: findings.map((finding) => ({
      key: findingKey(finding),
      id: finding.id,
      severity: finding.severity,
      nodes: finding.nodes,
      addresses: finding.addresses,
      message: finding.message,
    })),
  }
}

const nodeJson = ({ pnn, address, flags, runState, isLeader, links, owns, knows, ...node }: NodeState) => ({
  pnn,
  address,
  flags,
  health: flagsText(flags),
  runState: runState ?? null,
  isLeader,
  links,
  owns,
  knows,
  answers: node.answers,
  outOfSight: node.isOutOfSight === true,
  kernelSeen: node.kernelSeen,
  heard: node.heard,
  blind: node.blind?.why ?? null,
  since: time(node.sinceMs),
})

const addressJson = ({ address, owner, claims, knownBy, interfaceName, kernel, heldBy, ...state }: AddressState) => ({
  address,
  owner,
  claims,
  knownBy,
  interface: interfaceName,
  kernel,
  heldBy,
  since: time(state.sinceMs),
  away: time(state.awaySinceMs),
})

const time = (atMs: number | null | undefined): string | null => (atMs == null ? null : new Date(atMs).toISOString())
