import type { AddressState, ClusterState, NodeState } from '../../../lib/watch/cluster-state.ts'
import { memoizeLast } from '../model/memoize.ts'
import type { Model } from '../model/model.ts'

/** A sample takes its time: the next one is late only if it is this late, or by half an interval. */
const GRACE_MS = 1_000

/** Whether the next sample is overdue: what the last one has shown may be so no longer. Not while the user pauses the watch. */
export function isStale({ cluster: { seenAtMs }, nowMs, intervalMs, isPaused }: Model): boolean {
  if (seenAtMs === undefined || isPaused) return false
  return nowMs - seenAtMs > intervalMs + Math.max(GRACE_MS, intervalMs / 2)
}

const unseen = memoizeLast(
  (cluster: ClusterState): ClusterState => ({
    ...cluster,
    nodes: cluster.nodes.map((node): NodeState => ({ ...node, isOutdated: true })),
    addresses: cluster.addresses.map((state): AddressState => (state.kernel === 'held' ? { ...state, kernel: 'unseen' } : state)),
  }),
)

/** The model for drawing: when the next sample is overdue, nothing in it is in good order, as nobody sees that. */
export const asSeen = (model: Model): Model => (isStale(model) ? { ...model, cluster: unseen(model.cluster) } : model)
