import type { Pnn } from '../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../src/lib/snapshot/snapshot.ts'
import { ClusterTracker } from '../../src/lib/watch/cluster-tracker.ts'
import type { Observation, ToldEvent } from '../../src/lib/watch/observation.ts'
import type { TimelineEntry } from '../../src/lib/watch/timeline.ts'
import { healthyCluster, heldAddress, withFacts, withHost } from './audit-cluster.ts'

type Done = Extract<Observation, { kind: 'done' }>

/** 10:00:00 of some day. */
const START_MS = Date.UTC(2026, 0, 2, 10)

/** A tracker that has seen a healthy cluster of three nodes and six addresses; times are seconds since then. */
export class Watch {
  readonly tracker = new ClusterTracker()
  snapshot: Snapshot
  /** Nodes that are listened to; all of them unless told otherwise. */
  heard: readonly Pnn[] | undefined

  constructor(snapshot = healthyCluster()) {
    this.snapshot = snapshot
    this.see(0)
  }

  /** Looks; the look began at the same moment unless told otherwise. */
  see(second: number, snapshot = this.snapshot, began = second): readonly TimelineEntry[] {
    this.snapshot = snapshot
    const heard = this.heard ?? snapshot.nodes.map(({ pnn }) => pnn)
    return this.tracker.observe({ kind: 'seen', atMs: at(second), beganMs: at(began), snapshot, heard })
  }

  tell(second: number, pnn: Pnn, event: ToldEvent, address?: string): readonly TimelineEntry[] {
    const about = address === undefined ? {} : { address }
    return this.tracker.observe({ kind: 'told', atMs: at(second), pnn, event, ...about })
  }

  /** Something is done here: an action of the view, or something broken. */
  do(second: number, done: Partial<Done> & Pick<Done, 'text'>): readonly TimelineEntry[] {
    return this.tracker.observe({ kind: 'done', atMs: at(second), pnns: [], addresses: [], ...done })
  }

  /** A node is asked to do without takeover runs for so many seconds; 0: not to any more. */
  disable(second: number, pnn: Pnn, seconds: number, request: { by: Pnn; wantsAnswer: boolean }): readonly TimelineEntry[] {
    return this.tracker.observe({ kind: 'told', atMs: at(second), pnn, event: 'DISABLE_TAKEOVER_RUNS', seconds, ...request })
  }

  /** A node is asked for a takeover run. */
  request(second: number, pnn: Pnn, by: Pnn, wantsAnswer = false): readonly TimelineEntry[] {
    return this.tracker.observe({ kind: 'told', atMs: at(second), pnn, event: 'TAKEOVER_RUN', by, wantsAnswer })
  }

  address(address: string) {
    const found = this.tracker.state.addresses.find((each) => each.address === address)
    if (!found) throw new Error(`nothing is known of ${address}`)
    return found
  }

  node(pnn: Pnn) {
    const found = this.tracker.state.nodes.find((each) => each.pnn === pnn)
    if (!found) throw new Error(`nothing is known of node ${pnn}`)
    return found
  }
}

export const at = (second: number): number => START_MS + second * 1_000

/** The same cluster with an address on another node, or on none, as daemons and kernels tell it. */
export function given(snapshot: Snapshot, address: string, to: Pnn | null): Snapshot {
  const moved = snapshot.nodes.reduce(
    (changed, { pnn }) =>
      withFacts(changed, pnn, ({ known }) => ({
        known: (known ?? []).map((each) =>
          each.address === address ? { ...each, owner: to, activeInterface: to === pnn ? 'eth1' : null } : each,
        ),
      })),
    snapshot,
  )
  return moved.nodes.reduce((changed, { pnn }) => held(changed, pnn, address, pnn === to), moved)
}

/** The same cluster where a kernel has an address, or has it not. */
export const held = (snapshot: Snapshot, pnn: Pnn, address: string, has: boolean): Snapshot =>
  withHost(snapshot, pnn, ({ addresses = [] }) => {
    const others = addresses.filter((each) => each.address !== address)
    return { addresses: has ? [...others, heldAddress(address, 24, 'eth1')] : others }
  })

/** The same cluster with other flags of a node in the node map. */
export const flagged = (snapshot: Snapshot, pnn: Pnn, flags: number): Snapshot => {
  const change = (nodeMap: Snapshot['nodeMap']) => nodeMap.map((node) => (node.pnn === pnn ? { ...node, flags } : node))
  const nodes = snapshot.nodes.map((facts) => (facts.nodeMap ? { ...facts, nodeMap: change(facts.nodeMap) } : facts))
  return { ...snapshot, nodeMap: change(snapshot.nodeMap), nodes }
}

/** The same cluster with a node that is cut off. */
export const cutOff = (snapshot: Snapshot, pnn: Pnn): Snapshot => {
  const missing = [{ fact: 'everything', code: 'DISCONNECTED', message: 'not connected' }]
  const flaggedSnapshot = flagged(snapshot, pnn, 1)
  return { ...flaggedSnapshot, nodes: flaggedSnapshot.nodes.map((facts) => (facts.pnn === pnn ? { pnn, missing } : facts)) }
}
