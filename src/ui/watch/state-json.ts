import { type Finding, findingKey } from '../../lib/audit/finding.ts'
import { flagsText, type Pnn } from '../../lib/cluster/node.ts'
import type { RunState } from '../../lib/cluster/run-state.ts'
import type { AddressState, ClusterState, NodeState } from '../../lib/watch/cluster-state.ts'
import type { Versioned } from '../documents/common.ts'

/** The state of a watched cluster. Null where something is unknown or does not apply; times are ISO 8601, UTC. */
export interface StateDocument extends Versioned {
  readonly event: 'state'
  /** When it was seen. */
  readonly at: string | null
  readonly leader: Pnn | null
  readonly takeoverRunSince: string | null
  readonly recoverySince: string | null
  readonly nodes: readonly StateOfNode[]
  readonly addresses: readonly StateOfAddress[]
  readonly findings: readonly (Pick<Finding, 'id' | 'severity' | 'nodes' | 'addresses' | 'message'> & {
    /** The same in every run for the same fault. */
    readonly key: string
  })[]
}

/** A node in that state. */
interface StateOfNode
  extends Pick<
    NodeState,
    'pnn' | 'address' | 'flags' | 'isLeader' | 'links' | 'owns' | 'knows' | 'answers' | 'kernelSeen' | 'heard'
  > {
  /** The flags in words. */
  readonly health: string
  readonly runState: RunState | null
  readonly outOfSight: boolean
  /** Why nothing is seen of it. */
  readonly blind: string | null
  /** Null if nothing has changed since the watch began. */
  readonly since: string | null
}

/** A public address in that state. */
interface StateOfAddress extends Pick<AddressState, 'address' | 'owner' | 'claims' | 'knownBy' | 'kernel' | 'heldBy'> {
  readonly interface: string | null
  /** Null if nothing has changed since the watch began. */
  readonly since: string | null
  /** The time since which it is on no node, or missing in its owner's kernel. */
  readonly away: string | null
}

/**
 * The state of a watched cluster as a JSON document, `formatVersion` 1: null where something is unknown or does not apply. Times are ISO
 * 8601, UTC; `since` is null for what has not changed since the watch began; `away` is the time since which an address is on no node, or
 * missing in its owner's kernel. Texts are as received from the nodes.
 */
export function stateJson(cluster: ClusterState): StateDocument {
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

const nodeJson = ({ pnn, address, flags, runState, isLeader, links, owns, knows, ...node }: NodeState): StateOfNode => ({
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

const addressJson = ({
  address,
  owner,
  claims,
  knownBy,
  interfaceName,
  kernel,
  heldBy,
  ...state
}: AddressState): StateOfAddress => ({
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
