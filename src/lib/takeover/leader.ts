import { isActive, type Pnn } from '../cluster/node.ts'
import { factsOf, type Snapshot } from '../snapshot/snapshot.ts'

/** The nodes that can become leader: active ones that have the leader capability, or that do not report whether they have it. */
export const possibleLeaders = (snapshot: Snapshot): Pnn[] =>
  snapshot.nodeMap
    .filter((node) => isActive(node) && factsOf(snapshot, node.pnn)?.capabilities?.leader !== false)
    .map(({ pnn }) => pnn)

/** The cluster with another leader. A new leader asks all nodes for their flags, so it sees the nodes as the cluster does. */
export function withLeader(snapshot: Snapshot, pnn: Pnn | null): Snapshot {
  const nodes = snapshot.nodes.map((facts) => (facts.pnn === pnn ? { ...facts, nodeMap: snapshot.nodeMap } : facts))
  return { ...snapshot, leader: { ...snapshot.leader, pnn }, nodes }
}
