import { isActive, type Pnn } from './node.ts'
import { isInSight, seesNobody } from './point-of-view.ts'
import { knowsOtherNodes, type RunState } from './run-state.ts'

/** What one daemon believes about the cluster. */
export interface DaemonView {
  readonly pnn: Pnn
  /** The nodes as it sees them, with the bits of NODE_FLAG. */
  readonly nodeMap: readonly { readonly pnn: Pnn; readonly flags: number }[]
  readonly runState?: RunState | undefined
  /** The nodes that announced themselves to it as leader, the latest last; undefined if nobody listened there. */
  readonly leaders?: readonly Pnn[] | undefined
}

/** A daemon that knows other nodes, with those that it sees as connected. */
type Viewer = DaemonView & { readonly inSight: ReadonlySet<Pnn> }

/** Nodes that see each other, directly or through others. A split cluster has several groups. */
export interface NodeGroup {
  /** By PNN. The daemon of each has said what it sees. */
  readonly members: readonly Pnn[]
  /** The members that take part in the cluster: neither banned nor stopped, by their own flags. */
  readonly active: readonly Pnn[]
  /** The leaders that members heard last, as far as they are in their sight. Undefined if nobody listened to any member. */
  readonly leaders: readonly Pnn[] | undefined
}

/** Why the view of one daemon counts for the cluster. */
export type ViewReason = 'leader' | 'asked' | 'sight' | 'active' | 'only'

/** The views of all daemons, combined. */
export interface ClusterViews {
  /** The one that counts comes first: it has the leader, or else the most active members. Empty if no daemon knows other nodes. */
  readonly groups: readonly NodeGroup[]
  /** All other groups, and those members of the group that counts that its leader (without one, `viewer`) does not see: no takeover run reaches them. */
  readonly cutOff: readonly Pnn[]
  /** Pairs of members of one group of which neither sees the other, although both see, or are seen by, other members. */
  readonly apart: readonly (readonly [Pnn, Pnn])[]
  /** The daemon whose view counts for the cluster; undefined if there is no group. */
  readonly viewer: { readonly pnn: Pnn; readonly why: ViewReason } | undefined
  /** Daemons that answered, but have not completed their first recovery: what they say about other nodes means nothing yet. */
  readonly starting: readonly Pnn[]
  /** Whether one node sees another as connected; undefined if it has not said so. */
  sees(viewer: Pnn, subject: Pnn): boolean | undefined
  /**
   * Whether nothing is known of a node: it has not said what it sees, and the only daemon that has sees no other node, so it is cut off or they
   * are all down. The same if all that answered have just started. (Such a daemon reports the others as disconnected, which says nothing of them.)
   */
  isOutOfSight(pnn: Pnn): boolean
  /**
   * Whether a node has not said what it sees, and is seen by none of those that have, who are one group without a leader. Either the node is down,
   * or this group is cut off and the cluster carries on elsewhere. Where nobody listened for a leader, that is not known, and this is false.
   */
  isMissedWithoutLeader(pnn: Pnn): boolean
}

/**
 * Combines what the daemons of a cluster believe. Each of them may be cut off, freshly started, or banned with an outdated view, the one that
 * was asked no less than the others: so none is right by itself. Two nodes belong together if one of them sees the other: after a cable was
 * pulled, the second takes up to KeepaliveInterval × KeepaliveLimit (25 s) longer to notice.
 * @param asked the node that was asked for the state of the cluster. It counts only where nothing else decides.
 */
export function combineViews(views: readonly DaemonView[], asked: Pnn): ClusterViews {
  const settled = views
    .filter(({ runState }) => runState === undefined || knowsOtherNodes(runState))
    .map((view): Viewer => ({ ...view, inSight: new Set(view.nodeMap.filter(isInSight).map(({ pnn }) => pnn)) }))
  const byPnn = new Map(settled.map((view) => [view.pnn, view]))
  const groups = connected(settled)
    .map((members) => groupOf(members, byPnn))
    .toSorted((a, b) => rankOf(b) - rankOf(a) || b.active.length - a.active.length || has(b, asked) - has(a, asked))
  const [main] = groups
  const heard = new Set(views.map(({ pnn }) => pnn))
  const [first, ...others] = settled
  const isAlone = first ? others.length === 0 && seesNobody(first.pnn, first.nodeMap) : views.length > 0
  const viewer = main && viewerOf(main, asked, byPnn)
  const sees = (pnn: Pnn, subject: Pnn) => byPnn.get(pnn)?.inSight.has(subject)
  const isUnseen = (pnn: Pnn) => viewer !== undefined && pnn !== viewer.pnn && sees(viewer.pnn, pnn) === false
  return {
    groups,
    cutOff: [...(main?.members.filter(isUnseen) ?? []), ...groups.slice(1).flatMap(({ members }) => members)],
    apart: groups.flatMap(({ members }) =>
      members.flatMap((a) => members.filter((b) => a < b && !sees(a, b) && !sees(b, a)).map((b) => [a, b] as const)),
    ),
    viewer,
    starting: views.map(({ pnn }) => pnn).filter((pnn) => !byPnn.has(pnn)),
    sees,
    isOutOfSight: (pnn) => isAlone && !heard.has(pnn),
    isMissedWithoutLeader: (pnn) =>
      groups.length === 1 && main?.leaders?.length === 0 && !heard.has(pnn) && !settled.some(({ inSight }) => inSight.has(pnn)),
  }
}

/** The connected parts of the graph in which two nodes are linked if one of them sees the other. */
function connected(views: readonly Viewer[]): Viewer[][] {
  const left = new Set(views)
  const parts: Viewer[][] = []
  for (const first of views) {
    if (!left.delete(first)) continue
    const part = [first]
    for (const view of part) {
      for (const other of left) {
        if (!view.inSight.has(other.pnn) && !other.inSight.has(view.pnn)) continue
        left.delete(other)
        part.push(other)
      }
    }
    parts.push(part.toSorted((a, b) => a.pnn - b.pnn))
  }
  return parts
}

function groupOf(members: readonly Viewer[], byPnn: ReadonlyMap<Pnn, Viewer>): NodeGroup {
  const pnns = members.map(({ pnn }) => pnn)
  const listening = members.flatMap(({ leaders }) => (leaders ? [leaders.slice(-1)] : []))
  // A daemon from before 4.16 keeps naming its recovery master when it has lost sight of it.
  const isHere = (leader: Pnn) =>
    pnns.includes(leader) || (!byPnn.has(leader) && members.some(({ inSight }) => inSight.has(leader)))
  const leaders = [...new Set(listening.flat())].filter(isHere).toSorted((a, b) => a - b)
  return {
    members: pnns,
    active: members.filter(isActiveByItself).map(({ pnn }) => pnn),
    leaders: listening.length === 0 ? undefined : leaders,
  }
}

const isActiveByItself = ({ pnn, nodeMap }: DaemonView): boolean => {
  const own = nodeMap.find((entry) => entry.pnn === pnn)
  return own !== undefined && isActive(own)
}

/** A group with a leader acts. One that nobody listened to may have one. */
const rankOf = ({ leaders, active }: NodeGroup): number =>
  active.length === 0 ? -1 : leaders === undefined ? 1 : leaders.length > 0 ? 2 : 0

const has = ({ members }: NodeGroup, pnn: Pnn): number => Number(members.includes(pnn))

/** Without a leader, the active member that sees the most nodes; of several, the one that was asked. */
function viewerOf(
  { members, active, leaders = [] }: NodeGroup,
  asked: Pnn,
  byPnn: ReadonlyMap<Pnn, Viewer>,
): ClusterViews['viewer'] {
  const [leader, ...others] = leaders
  if (leader !== undefined && others.length === 0 && active.includes(leader)) return { pnn: leader, why: 'leader' }
  const sightOf = (pnn: Pnn) => byPnn.get(pnn)?.inSight.size ?? 0
  const most = Math.max(...active.map(sightOf))
  const widest = active.filter((pnn) => sightOf(pnn) === most)
  if (widest.includes(asked)) return { pnn: asked, why: 'asked' }
  const [first] = widest
  if (first !== undefined) return { pnn: first, why: widest.length < active.length ? 'sight' : 'active' }
  const only = members.includes(asked) ? asked : members[0]
  return only === undefined ? undefined : { pnn: only, why: 'only' }
}
