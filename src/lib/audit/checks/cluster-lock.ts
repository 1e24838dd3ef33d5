import type { Pnn } from '../../cluster/node.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { lockIn } from '../config-file.ts'
import { byValue, fileHas, said, saidByNodes } from '../facts.ts'
import { stays, staysUntil, type Trigger } from '../outlook.ts'
import { mend } from '../remedy.ts'
import { startOn } from '../start.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'cluster-lock',
  order: 360,
  severity: 'warning',
  title: 'There is no cluster lock, or nodes have different ones',
  seenBy: ['C'],
  moves: false,
  meaning:
    'Only one leader can hold the cluster lock (recovery lock). Without it, or with a different one on each side, a network split makes two clusters, each of which hosts all addresses and writes to the same files.',
  outlook:
    "Nothing if there is none. If locks differ, a daemon whose lock is not the leader's shuts itself down at the next recovery.",
  remedy:
    'Set `[cluster] cluster lock` (before 4.16 `recovery lock`) in ctdb.conf to the same value on all nodes, and restart ctdbd on all of them at the same time.',
  falseAlarm: 'In test clusters.',
  causes: [{ ...cause('config-old-style', 'node'), when: (_effect, { message }) => message.includes('CTDB_RECOVERY_LOCK') }],
  find(view) {
    if (view.nodes.length < 2) return []
    const locks = byValue(
      view.active.flatMap(({ pnn }) => {
        const lock = view.need(pnn, 'clusterLock')
        return lock === undefined ? [] : [[pnn, lock] as const]
      }),
    )
    const evidence = locks.map(({ value, pnns }) => saidByNodes(pnns, lockText(value)))
    if (locks.length > 1) return [differing(view, locks, evidence)]
    const [lock] = locks
    if (!lock) return []
    return [
      ...deadWithOtherLock(view, lock.value),
      ...(lock.value === ''
        ? [{ subject: {}, message: 'the cluster has no cluster lock', evidence, claims: [stays()], actions: [SET_LOCK] }]
        : []),
    ]
  },
}

const SET_LOCK = mend({ what: 'cluster lock' }, check.remedy)

const OTHERS_END = "a daemon whose lock is not the leader's shuts itself down"

/** The leader's lock counts, however few nodes have it. */
function differing(
  view: View,
  locks: readonly { readonly value: string; readonly pnns: readonly Pnn[] }[],
  evidence: readonly string[],
): Found {
  const { pnn: leader } = view.snapshot.leader
  const right = locks.find(({ pnns }) => leader !== null && pnns.includes(leader))
  const others = locks.filter((lock) => lock !== (right ?? locks[0])).flatMap(({ pnns }) => pnns)
  const after: Trigger = { on: 'other', text: 'the next recovery begins' }
  return {
    subject: {},
    nodes: others,
    message: 'nodes have different cluster locks',
    evidence: [...evidence, ...(right ? [`leader: node ${leader}`] : [])],
    claims: [
      right
        ? { kind: 'daemon-ends', pnns: others, after, because: OTHERS_END }
        : staysUntil(after, `${OTHERS_END}, and it is not known which lock the leader has`),
    ],
    actions: [SET_LOCK],
  }
}

/** Nodes whose daemon is dead and whose ctdb.conf has another lock than the daemons that live: there, a daemon that is started shuts itself down. */
function deadWithOtherLock(view: View, lock: string): Found[] {
  return view.nodes.flatMap(({ pnn }): Found[] => {
    if (!view.isDaemonDead(pnn)) return []
    const config = view.need(pnn, 'host.configFile')
    if (config === undefined) return []
    const own = lockIn(config)
    if (own === lock) return []
    return [
      {
        subject: { pnn },
        severity: 'error',
        message: `ctdb.conf of node ${pnn} has another cluster lock than the cluster: ${lockText(own)} instead of ${lockText(lock)}`,
        evidence: [
          fileHas(pnn, `ctdb.conf: ${lockText(own)}`),
          ...view.active.slice(0, 1).map((node) => said(node.pnn, lockText(lock))),
        ],
        claims: [
          {
            kind: 'daemon-ends',
            pnns: [pnn],
            after: { on: 'start', pnn },
            because: 'it shuts itself down at the first recovery, as its lock is not that of the leader',
          },
        ],
        actions: [
          mend({ what: 'cluster lock', pnn }, `Set the lock in ctdb.conf of node ${pnn} to that of the other nodes.`),
          startOn(view, pnn),
        ],
      },
    ]
  })
}

const lockText = (lock: string): string => (lock === '' ? 'no cluster lock' : lock)
