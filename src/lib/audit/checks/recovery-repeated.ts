import { nodesText } from '../../cluster/node-text.ts'
import { cause } from '../cause.ts'
import type { Check } from '../check.ts'
import { said } from '../facts.ts'
import { look, mend } from '../remedy.ts'
import type { View } from '../view.ts'

/** A node that is stopped and continued, or banned for a while, brings two recoveries, so fewer may have an ordinary reason. */
const SEVERAL = 5
/** For each daemon that was started meanwhile: it may have disconnected before. */
const PER_START = 2
/** Seconds after which nothing is said of recoveries that have come to an end. */
const RECENT_S = 30

export const check: Check = {
  id: 'recovery-repeated',
  order: 295,
  severity: 'warning',
  title: 'One recovery follows another',
  seenBy: ['C'],
  moves: false,
  causes: [cause('cluster-split'), cause('leader-disagreement'), cause('lock-not-shared'), cause('lock-missing')],
  meaning:
    'During each recovery no database can be used, so Samba stalls, and a node that starts waits for the end of the recoveries before it hosts addresses. Most often a node disconnects and reconnects again and again, because its connection to another node is slow, loses packets, or works in one direction only.',
  outlook: 'Each recovery ends by itself, but the next one follows as long as the cause remains.',
  remedy:
    "Read the leader's log: before each recovery it shows what caused it, and on which node. Check the private network between that node and the others.",
  falseAlarm: 'After several nodes were stopped, continued or banned, or `ctdb recover` was run, in quick succession.',
  find(view) {
    const repeating = view.active.flatMap(({ pnn }) => {
      const times = view.need(pnn, 'times')
      const recent = view.peek(pnn, 'recentRecoveries')
      if (!times || !recent || times.now - times.lastRecoveryFinished > RECENT_S) return []
      return recent.count >= SEVERAL + PER_START * startsWithin(view, recent.seconds) ? [{ pnn, ...recent }] : []
    })
    const [most] = repeating.toSorted((a, b) => b.count - a.count)
    if (!most) return []
    return [
      {
        subject: {},
        nodes: repeating.map(({ pnn }) => pnn),
        message: `one recovery follows another: ${most.count} within ${most.seconds} s on ${nodesText([most.pnn])}`,
        evidence: repeating.map(({ pnn, count, seconds }) => said(pnn, `${count} recoveries within the last ${seconds} s`)),
        claims: [{ kind: 'unknown', what: 'whether more recoveries follow' }],
        actions: [
          look("Read the leader's log: before each recovery it shows what caused it, and on which node."),
          mend({ what: 'network' }, 'Check the private network between that node and the others.'),
        ],
      },
    ]
  },
}

const startsWithin = (view: View, seconds: number): number =>
  view.nodes.filter(({ pnn }) => {
    const times = view.peek(pnn, 'times')
    return times !== undefined && times.now - times.daemonStart <= seconds
  }).length
