import { flagsText, NODE_FLAG, type Pnn, UNKNOWN_PNN } from '../../cluster/node.ts'
import { INVALID_GENERATION } from '../../cluster/report.ts'
import { knowsOtherNodes } from '../../cluster/run-state.ts'
import type { Check, Found } from '../check.ts'
import { byValue, nodesText, said } from '../facts.ts'
import type { View } from '../view.ts'

// Whether the cluster is one.

export const leaderDisagreement: Check = {
  id: 'leader-disagreement',
  severity: 'error',
  title: 'There is no leader, there are two, or nodes name different ones',
  seenBy: ['C'],
  moves: true,
  meaning:
    'The leader repairs the cluster and places its addresses. Without one nothing is repaired; with two the cluster is split, and each part hosts all addresses.',
  outlook: 'Nodes that hear no leader hold an election after a few seconds. A split heals by itself only when the network does.',
  remedy: 'Check the private network between the nodes, and the cluster lock (see cluster-lock), which is there to prevent this.',
  falseAlarm: 'During an election.',
  find(view) {
    const leader = view.snapshot.leader.pnn
    const heard = view.active.flatMap(({ pnn }) => {
      const leaders = view.need(pnn, 'leaders')
      // A node that knows none says so with an unknown PNN.
      const known = leaders?.filter((leader) => leader !== UNKNOWN_PNN)
      return known ? [[pnn, [...new Set(known)].toSorted((a, b) => a - b).join(', ')] as const] : []
    })
    // Where nobody listened, that nobody was heard says nothing.
    if (leader === null && heard.length === 0) return []
    const groups = byValue(heard)
    const named = new Set(heard.flatMap(([, leaders]) => (leaders === '' ? [] : leaders.split(', '))))
    const evidence = [
      `the node asked: ${leader === null ? 'heard of no leader' : `node ${leader} leads`}`,
      ...groups.map(
        ({ value, pnns }) =>
          `heard on ${nodesText(pnns)}: ${value === '' ? 'no leader' : nodesText(value.split(', ').map(Number))}`,
      ),
    ]
    const say = (message: string): Found[] => [
      { subject: {}, nodes: [...heard.map(([pnn]) => pnn), ...[...named].map(Number)], message, evidence },
    ]
    if (leader !== null) named.add(String(leader))
    if (named.size === 0) return say('no node leads the cluster')
    if (named.size > 1)
      return say(`${named.size} nodes are named as leader: ${nodesText([...named].map(Number).toSorted((a, b) => a - b))}`)
    const isActive = view.active.some(({ pnn }) => named.has(String(pnn)))
    if (!isActive) return say(`${nodesText([...named].map(Number))} is named as leader, and is not active`)
    return groups.length > 1 ? say('some nodes hear the leader, some hear none') : []
  },
}

export const recoveryStuck: Check = {
  id: 'recovery-stuck',
  severity: 'error',
  title: 'A recovery does not end',
  seenBy: ['C'],
  moves: true,
  meaning:
    'While a recovery is under way (recovery mode active, no valid generation, or nodes that do not agree on the VNN map) no database can be used, so Samba stands still, and no takeover run is made.',
  outlook:
    'The leader tries again, each time for up to RecoverTimeout (30 s) a step; nodes that keep it from succeeding are banned. After RecoveryDropAllIPs (120 s) a node that cannot leave recovery mode releases all its addresses.',
  remedy: "Read the leader's log: it says which step fails, and on which node. Check the cluster lock and the private network.",
  falseAlarm: 'A large database takes its time.',
  find(view) {
    const nodes = view.active.flatMap(({ pnn }) => {
      const mode = view.need(pnn, 'recoveryMode')
      const vnnMap = view.need(pnn, 'vnnMap')
      return [{ pnn, mode, vnnMap }]
    })
    const recovering = nodes.filter(({ mode }) => mode !== undefined && mode !== 0).map(({ pnn }) => pnn)
    const invalid = nodes.filter(({ vnnMap }) => vnnMap?.generation === INVALID_GENERATION).map(({ pnn }) => pnn)
    const maps = byValue(
      nodes.flatMap(({ pnn, vnnMap }) =>
        vnnMap ? [[pnn, `generation ${vnnMap.generation}, VNN map ${vnnMap.map.join(' ')}`] as const] : [],
      ),
    )
    const evidence = [
      ...recovering.map((pnn) => said(pnn, 'recovery mode is active')),
      ...invalid.map((pnn) => said(pnn, 'its generation is INVALID')),
      ...(maps.length > 1 ? maps.map(({ value, pnns }) => `CTDB on ${nodesText(pnns)}: ${value}`) : []),
    ]
    if (evidence.length === 0) return []
    const since = lastSign(view)
    const what =
      recovering.length > 0
        ? `${nodesText(recovering)} in recovery mode`
        : invalid.length > 0
          ? `no valid generation on ${nodesText(invalid)}`
          : 'nodes do not agree on the VNN map'
    return [
      {
        subject: {},
        nodes: [...recovering, ...invalid],
        message: `the cluster is not recovered: ${what}`,
        evidence,
        ...(since && { since: since.at }),
        ...(since && since.agoSeconds <= since.graceSeconds
          ? {
              passing: `a recovery began ${Math.max(0, Math.round(since.agoSeconds))} s ago, and may take ${since.graceSeconds} s`,
            }
          : {}),
      },
    ]
  },
}

/** RecoverTimeout's default: the time that each step of a recovery is given. */
const DEFAULT_GRACE_SECONDS = 30

/** When a recovery began last, or a daemon was started, which calls for one; by that node's own clock. */
function lastSign(view: View): { at: number; agoSeconds: number; graceSeconds: number } | undefined {
  const signs = view.active.flatMap(({ pnn }) => {
    const times = view.need(pnn, 'times')
    if (!times) return []
    const at = Math.max(times.lastRecoveryStarted, times.daemonStart)
    const graceSeconds = view.peek(pnn, 'tunables')?.RecoverTimeout ?? DEFAULT_GRACE_SECONDS
    return [{ at, agoSeconds: times.now - at, graceSeconds }]
  })
  return signs.toSorted((a, b) => a.agoSeconds - b.agoSeconds)[0]
}

export const flagsDisagreement: Check = {
  id: 'flags-disagreement',
  severity: 'warning',
  title: 'Nodes see different flags for one node',
  seenBy: ['C'],
  moves: true,
  meaning:
    'Nodes do not agree on whether one of them is healthy, disabled, banned, stopped or connected. Takeover runs go by what the leader sees. One node that others cannot reach, and some can, means trouble in the private network.',
  outlook:
    'The leader spreads the flags that a node has of itself; that a node is not reachable from everywhere stays until the network is mended.',
  remedy: 'Compare `ctdb status` on the nodes; check the private network between those that disagree.',
  falseAlarm: 'For a moment after flags have changed, and for KeepaliveInterval × KeepaliveLimit (25 s) after a node has died.',
  find(view) {
    const viewers = view.active.flatMap(({ pnn }) => {
      const nodeMap = view.need(pnn, 'nodeMap')
      const runState = view.peek(pnn, 'runState')
      return nodeMap && (runState === undefined || knowsOtherNodes(runState)) ? [{ pnn, nodeMap }] : []
    })
    return view.nodes.flatMap(({ pnn }): Found[] => {
      const groups = byValue(
        viewers.flatMap((viewer): (readonly [Pnn, number])[] => {
          const entry = viewer.nodeMap.find((candidate) => candidate.pnn === pnn)
          // UNKNOWN only means that the viewer has not heard yet.
          return entry && (entry.flags & NODE_FLAG.UNKNOWN) === 0 ? [[viewer.pnn, entry.flags]] : []
        }),
      )
      if (groups.length < 2) return []
      return [
        {
          subject: { pnn },
          message: `nodes see different flags for node ${pnn}: ${groups.map(({ value }) => flagsText(value)).join(' or ')}`,
          evidence: groups.map(({ value, pnns }) => `CTDB on ${nodesText(pnns)}: node ${pnn} is ${flagsText(value)}`),
        },
      ]
    })
  },
}

export const clusterLock: Check = {
  id: 'cluster-lock',
  severity: 'warning',
  title: 'There is no cluster lock, or nodes have different ones',
  seenBy: ['C'],
  moves: false,
  meaning:
    'The cluster lock (recovery lock) is what only one leader can hold. Without it, or with another on each side, a split of the network makes two clusters, each of which hosts all addresses and writes to the same files.',
  outlook: 'Nothing; with different ones, a leader bans nodes whose lock is not its own.',
  remedy:
    'Set `[cluster] cluster lock` (before 4.16 `recovery lock`) in ctdb.conf to the same on all nodes, and restart ctdbd on all of them at the same time.',
  falseAlarm: 'Test clusters.',
  find(view) {
    if (view.nodes.length < 2) return []
    const locks = byValue(
      view.active.flatMap(({ pnn }) => {
        const lock = view.need(pnn, 'clusterLock')
        return lock === undefined ? [] : [[pnn, lock] as const]
      }),
    )
    const evidence = locks.map(({ value, pnns }) => `CTDB on ${nodesText(pnns)}: ${value === '' ? 'no cluster lock' : value}`)
    if (locks.length > 1) {
      return [
        {
          subject: {},
          nodes: locks.slice(1).flatMap(({ pnns }) => pnns),
          message: 'nodes have different cluster locks',
          evidence,
        },
      ]
    }
    return locks[0]?.value === '' ? [{ subject: {}, message: 'the cluster has no cluster lock', evidence }] : []
  },
}
