import { findingKey } from '../../lib/audit/finding.ts'
import { flagsText } from '../../lib/cluster/node.ts'
import type { AddressState, NodeState, Story } from '../../lib/watch/story.ts'

/**
 * How a watched cluster stands, as a JSON document, `formatVersion` 1: null for what is not known or not so. Times are ISO 8601, UTC;
 * `since` is null for what was so when the watch began; `away` is since when an address is on no node, or missing in its owner's kernel.
 * Texts are as the nodes gave them.
 */
export function stateJson(story: Story): Record<string, unknown> {
  const { seenAtMs, leader, nodes, addresses, findings, takeoverRunSinceMs, recoverySinceMs } = story
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
