import { type Pnn, UNKNOWN_PNN } from '../../cluster/node.ts'
import { listed, nodesText } from '../../cluster/node-text.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { byValue } from '../facts.ts'
import { type Claim, staysUntil } from '../outlook.ts'
import { CHECK_LOCK, mend } from '../remedy.ts'
import { electionS, recoveryNeeds } from '../timing.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'leader-disagreement',
  order: 290,
  severity: 'error',
  title: 'There is no leader, there are two, or nodes name different ones',
  seenBy: ['C'],
  moves: true,
  isUnsteady: true,
  causes: [
    cause('cluster-split'),
    { ...cause('lock-held'), when: ({ message }) => message === NO_LEADER },
    { ...cause('lock-not-shared'), when: ({ message }) => message.includes(SEVERAL) },
  ],
  meaning:
    'The leader repairs the cluster and places its addresses. Without a leader nothing is repaired. With two leaders the cluster is split, and each part hosts all addresses.',
  outlook: 'Nodes that hear no leader hold an election after a few seconds. A split heals only when the network does.',
  remedy: 'Check the private network between the nodes, and the cluster lock, which is there to prevent this (see cluster-lock).',
  falseAlarm: 'During an election.',
  find(view) {
    // Inactive nodes have none, and elect none.
    if (view.active.length === 0) return []
    // A node that is cut off may have a leader of its own: see cluster-split.
    const leader = view.snapshot.leader.pnn
    const heard = view.active.flatMap(({ pnn }) => {
      const leaders = view.need(pnn, 'leaders')
      // A node that knows no leader reports an unknown PNN.
      const known = leaders?.filter((leader) => leader !== UNKNOWN_PNN)
      // A daemon that has just started may not have heard any yet.
      if (known?.length === 0 && view.views.starting.includes(pnn)) return []
      return known ? [[pnn, [...new Set(known)].toSorted((a, b) => a - b).join(', ')] as const] : []
    })
    // If no node listened, hearing no leader means nothing.
    if (leader === null && heard.length === 0) return []
    const groups = byValue(heard)
    const named = new Set(heard.flatMap(([, leaders]) => (leaders === '' ? [] : leaders.split(', '))))
    const evidence = [
      ...(view.isCutOff(view.snapshot.askedNode)
        ? []
        : [`queried node: ${leader === null ? 'heard of no leader' : `node ${leader} is the leader`}`]),
      ...groups.map(
        ({ value, pnns }) =>
          `heard on ${nodesText(pnns)}: ${value === '' ? 'no leader' : nodesText(value.split(', ').map(Number))}`,
      ),
    ]
    const say = (message: string, more: Partial<Found> = {}): Found[] => [
      {
        subject: {},
        nodes: [...heard.map(([pnn]) => pnn), ...[...named].map(Number)],
        message,
        evidence,
        claims: [isElected(view)],
        actions: [MEND_NETWORK, ...(locksOf(view).length > 0 ? [mend({ what: 'cluster lock' }, CHECK_LOCK)] : [])],
        ...more,
      },
    ]
    if (leader !== null) named.add(String(leader))
    if (named.size === 0)
      return isNobodyCapable(view)
        ? say('no node has the leader capability', NOBODY_CAPABLE)
        : say(NO_LEADER, withoutLeader(view))
    if (named.size > 1) {
      const leaders = [...named].map(Number).toSorted((a, b) => a - b)
      return say(`${named.size} ${SEVERAL}: ${nodesText(leaders)}`, sharedLock(view, leaders))
    }
    const isActive = view.active.some(({ pnn }) => named.has(String(pnn)))
    if (!isActive) return say(`${nodesText([...named].map(Number))} is named as leader, but is not active`)
    return groups.length > 1 ? say('some nodes hear the leader, others hear none') : []
  },
}

const NO_LEADER = 'the cluster has no leader'
const SEVERAL = 'nodes are named as leader'

const MEND_NETWORK = mend({ what: 'network' }, 'Check the private network between the nodes.')

const NOBODY_CAPABLE: Partial<Found> = {
  claims: [
    staysUntil(
      { on: 'other', text: 'a node that may be leader takes part' },
      'without one there is no election, no recovery and no takeover run',
    ),
  ],
  actions: [
    mend(
      { what: 'configuration' },
      'Run `ctdb setleaderrole on` on a node, and remove `leader capability = false` (before 4.16 `recmaster capability`) from its ctdb.conf.',
    ),
  ],
}

/** The cluster locks of the active nodes, as far as they are known. */
const locksOf = (view: View): string[] =>
  [...new Set(view.active.map(({ pnn }) => view.peek(pnn, 'clusterLock') ?? ''))].filter((lock) => lock !== '')

const isElected = (view: View): Claim => ({
  kind: 'leader',
  if: recoveryNeeds(view),
  withinS: electionS(view),
})

/** Where there is a cluster lock, the node that takes it is the leader (4.16 to 4.25). A lock that nobody can take leaves the cluster without one. */
function withoutLeader(view: View): Partial<Found> {
  const locks = locksOf(view)
  if (locks.length === 0) return {}
  return {
    actions: [
      MEND_NETWORK,
      mend(
        { what: 'cluster lock' },
        `See whether the logs of the nodes say that they cannot take the cluster lock, ${listed(locks)}: its file system may not be mounted or may hang, or still keep the lock of a node that is gone.`,
      ),
    ],
  }
}

/** Whether every active node says that it may not be leader. */
function isNobodyCapable(view: View): boolean {
  const capable = view.active.map(({ pnn }) => view.peek(pnn, 'capabilities')?.leader)
  return capable.length > 0 && capable.every((leader) => leader === false)
}

/** Two leaders that hold the same lock at the same time: it does not exclude one of them. */
function sharedLock(view: View, leaders: readonly Pnn[]): Partial<Found> {
  const locks = new Set(leaders.map((pnn) => view.peek(pnn, 'clusterLock')))
  const [lock] = locks
  if (locks.size !== 1 || lock === undefined || lock === '') return {}
  return {
    claims: [staysUntil({ on: 'other', text: 'the lock excludes one of them' })],
    actions: [
      mend(
        { what: 'cluster lock' },
        `The leaders name the same cluster lock, ${lock}, which only one of them can hold. Check on both nodes that it is on a cluster file system that is mounted there and keeps locks across nodes (Samba's ping_pong tests that), or that the lock command is right.`,
      ),
    ],
  }
}
