import { CANNOT_HOST_FLAGS, hasFlag, isActive, type Pnn } from '../cluster/node.ts'
import { onceFor } from '../once-for.ts'
import { isAtLeast } from '../version.ts'
import { factsOf, type Snapshot } from './snapshot.ts'

/** The tunable that keeps addresses from nodes that are not well when no node is; its default was 0 up to 4.8. */
const NAME = 'NoIPHostOnAllDisabled'

/**
 * Whether the leader is of a version up to 4.8, in which it leaves out the nodes that are disabled or unhealthy: they do not look at their own
 * flags. Where the version is not known, it is for a daemon from before 4.16 with the default of that time for NoIPHostOnAllDisabled, 0: it
 * is 1 in newer ones, and has no effect there.
 */
export function judgesNodes(snapshot: Snapshot): boolean {
  const { leader } = snapshot
  if (leader.pnn === null || leader.era === 'leader') return false
  const isNewer = isLeaderAtLeast(snapshot, 9)
  return isNewer === undefined ? valueOn(snapshot, leader.pnn) === 0 : !isNewer
}

/**
 * The nodes that host addresses although they are disabled or unhealthy. Up to 4.8 they do when no node of the cluster is well, unless
 * NoIPHostOnAllDisabled is set: on the leader, or up to 4.5 on the node itself.
 */
export const unwellHosts = onceFor((snapshot: Snapshot): ReadonlySet<Pnn> => {
  const { nodeMap, leader } = snapshot
  if (!judgesNodes(snapshot) || !nodeMap.every((node) => hasFlag(node, CANNOT_HOST_FLAGS))) return new Set()
  const asksEach = isLeaderAtLeast(snapshot, 6) === false
  const hosts = nodeMap.filter((node) => isActive(node) && (valueOn(snapshot, asksEach ? node.pnn : leader.pnn) ?? 0) === 0)
  return new Set(hosts.map(({ pnn }) => pnn))
})

const isLeaderAtLeast = (snapshot: Snapshot, minor: number): boolean | undefined => {
  const version = snapshot.leader.pnn === null ? undefined : factsOf(snapshot, snapshot.leader.pnn)?.host?.version
  return version === undefined ? undefined : isAtLeast(version, 4, minor)
}

const valueOn = (snapshot: Snapshot, pnn: Pnn | null): number | undefined =>
  pnn === null ? undefined : factsOf(snapshot, pnn)?.tunables?.[NAME]
