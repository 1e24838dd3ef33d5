import { CANNOT_HOST_FLAGS, hasFlag, type Pnn } from '../cluster/node.ts'
import { type ClusterViews, combineViews, type DaemonView, type NodeGroup } from '../cluster/views.ts'
import { onceFor } from '../once-for.ts'
import { factsOf, type Snapshot } from './snapshot.ts'
import { judgesNodes, unwellHosts } from './unwell-hosts.ts'

/** The views of the daemons in a snapshot, combined. */
export const viewsIn = onceFor(({ nodes, askedNode, leader }: Snapshot): ClusterViews => {
  // Samples of a recording have the same facts, mostly, as the one before.
  const known = viewsByFacts.get(nodes)
  if (known?.askedNode === askedNode && known.leader === leader.pnn) return known.views
  const views = viewsOf(nodes, askedNode, leader.pnn)
  viewsByFacts.set(nodes, { askedNode, leader: leader.pnn, views })
  return views
})

const viewsByFacts = new WeakMap<
  Snapshot['nodes'],
  { readonly askedNode: Pnn; readonly leader: Pnn | null; readonly views: ClusterViews }
>()

function viewsOf(nodes: Snapshot['nodes'], askedNode: Pnn, leader: Pnn | null): ClusterViews {
  const views = nodes.flatMap(({ pnn, nodeMap, runState, leaders }): DaemonView[] => {
    if (!nodeMap) return []
    const heardByAsked = pnn === askedNode && leader !== null ? [leader] : undefined
    return [{ pnn, nodeMap, runState, leaders: leaders ?? heardByAsked }]
  })
  return combineViews(views, askedNode)
}

/**
 * The nodes of which nothing is known, as {@link ClusterViews.isOutOfSight} has it. If a node's machine was reached, and its daemon does not
 * answer there, that is known.
 */
export const outOfSight = onceFor((snapshot: Snapshot): ReadonlySet<Pnn> => {
  const { isOutOfSight } = viewsIn(snapshot)
  const pnns = snapshot.nodeMap.map(({ pnn }) => pnn)
  return new Set(pnns.filter((pnn) => pnn !== snapshot.askedNode && isOutOfSight(pnn) && !isSeenDead(snapshot, pnn)))
})

const isSeenDead = (snapshot: Snapshot, pnn: Pnn): boolean => factsOf(snapshot, pnn)?.host?.daemonAnswers === false

/** The same, and the nodes that a group without a leader misses, as {@link ClusterViews.isMissedWithoutLeader} has it: this may pass in seconds. */
export const outOfSightNow = onceFor((snapshot: Snapshot): ReadonlySet<Pnn> => {
  const { isMissedWithoutLeader } = viewsIn(snapshot)
  const pnns = snapshot.nodeMap.map(({ pnn }) => pnn)
  return new Set([...outOfSight(snapshot), ...pnns.filter((pnn) => isMissedWithoutLeader(pnn) && !isSeenDead(snapshot, pnn))])
})

/**
 * The same snapshot, with the node map and the leader of the daemon whose view counts for the cluster, instead of those of the node that was
 * asked. A snapshot without any view of that kind stays as it is.
 */
export const seenByCluster = onceFor((snapshot: Snapshot): Snapshot => {
  const { viewer, groups } = viewsIn(snapshot)
  const nodeMap = viewer && factsOf(snapshot, viewer.pnn)?.nodeMap
  if (!nodeMap) return snapshot
  return withoutLeftOut({ ...snapshot, nodeMap, leader: { ...snapshot.leader, pnn: leaderOf(groups[0], snapshot) } })
})

/** The same snapshot, in which a node lists as available what it can host by the leader's judgement too, as `judgesNodes` has it. */
function withoutLeftOut(snapshot: Snapshot): Snapshot {
  if (!judgesNodes(snapshot)) return snapshot
  const well = snapshot.nodeMap.filter((node) => !hasFlag(node, CANNOT_HOST_FLAGS)).map(({ pnn }) => pnn)
  const hosts = new Set([...well, ...unwellHosts(snapshot)])
  const nodes = snapshot.nodes.map((facts) => (facts.available && !hosts.has(facts.pnn) ? { ...facts, available: [] } : facts))
  return { ...snapshot, nodes }
}

/** If a group hears several leaders, or nobody listened there, that of the node that was asked, as long as it is one of the group. */
function leaderOf(group: NodeGroup | undefined, { askedNode, leader }: Snapshot): Pnn | null {
  const [first, ...others] = group?.leaders ?? []
  if (first !== undefined && others.length === 0) return first
  return group?.members.includes(askedNode) ? leader.pnn : (first ?? null)
}
