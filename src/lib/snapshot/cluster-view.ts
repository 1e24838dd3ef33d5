import { CANNOT_HOST_FLAGS, hasFlag, type Pnn } from '../cluster/node.ts'
import { type ClusterViews, combineViews, type DaemonView, type NodeGroup } from '../cluster/views.ts'
import { onceFor } from '../once-for.ts'
import { isAtLeast } from '../version.ts'
import { factsOf, type Snapshot } from './snapshot.ts'

/** The views of the daemons in a snapshot, combined. */
export const viewsIn = onceFor(({ nodes, askedNode, leader }: Snapshot): ClusterViews => {
  const views = nodes.flatMap(({ pnn, nodeMap, runState, leaders }): DaemonView[] => {
    if (!nodeMap) return []
    const heardByAsked = pnn === askedNode && leader.pnn !== null ? [leader.pnn] : undefined
    return [{ pnn, nodeMap, runState, leaders: leaders ?? heardByAsked }]
  })
  return combineViews(views, askedNode)
})

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

/**
 * The same snapshot, in which a node lists as available what it can host by the leader's judgement too. Up to 4.8 nodes did not look at
 * their own flags: the leader left those out that were disabled or unhealthy, unless all were and NoIPHostOnAllDisabled was 0.
 */
function withoutLeftOut(snapshot: Snapshot): Snapshot {
  if (!judgesNodes(snapshot)) return snapshot
  const well = new Set(snapshot.nodeMap.filter((node) => !hasFlag(node, CANNOT_HOST_FLAGS)).map(({ pnn }) => pnn))
  if (well.size === 0 && leadersTunable(snapshot, 'NoIPHostOnAllDisabled') === 0) return snapshot
  const nodes = snapshot.nodes.map((facts) => (facts.available && !well.has(facts.pnn) ? { ...facts, available: [] } : facts))
  return { ...snapshot, nodes }
}

/**
 * Whether the leader is of a version up to 4.8. Where that is not known, it is for a daemon from before 4.16 with the default of that time
 * for NoIPHostOnAllDisabled, 0: it is 1 in newer ones, and has no effect there.
 */
function judgesNodes(snapshot: Snapshot): boolean {
  const { leader } = snapshot
  if (leader.pnn === null || leader.era === 'leader') return false
  const version = factsOf(snapshot, leader.pnn)?.host?.version
  const isNewer = version === undefined ? undefined : isAtLeast(version, 4, 9)
  return isNewer === undefined ? leadersTunable(snapshot, 'NoIPHostOnAllDisabled') === 0 : !isNewer
}

const leadersTunable = (snapshot: Snapshot, name: string): number | undefined =>
  snapshot.leader.pnn === null ? undefined : factsOf(snapshot, snapshot.leader.pnn)?.tunables?.[name]

/** If a group hears several leaders, or nobody listened there, that of the node that was asked, as long as it is one of the group. */
function leaderOf(group: NodeGroup | undefined, { askedNode, leader }: Snapshot): Pnn | null {
  const [first, ...others] = group?.leaders ?? []
  if (first !== undefined && others.length === 0) return first
  return group?.members.includes(askedNode) ? leader.pnn : (first ?? null)
}
