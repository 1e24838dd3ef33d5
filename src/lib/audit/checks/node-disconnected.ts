import { hasFlag, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { daemonIsDead } from '../facts.ts'
import { KEPT_DOWN } from '../fatal-files.ts'
import { type Claim, staysUntil, type Trigger } from '../outlook.ts'
import { look, mend } from '../remedy.ts'
import { startOn, UNLESS_IT_RUNS } from '../start.ts'
import { recoveryNeeds, rejoinS } from '../timing.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'node-disconnected',
  order: 320,
  severity: 'error',
  title: 'A node is disconnected, or its daemon is dead',
  seenBy: ['C'],
  moves: false,
  causes: [
    ...KEPT_DOWN,
    cause('ip-on-dead-daemon', 'node'),
    cause('node-not-running', 'node'),
    cause('private-ip-missing', 'node'),
    cause('private-port', 'node'),
    cause('cluster-split', 'node'),
    cause('leader-disagreement', 'node'),
  ],
  meaning:
    'The node takes no part in the cluster: its daemon does not run or hangs, the machine is down, or the private network is broken. What CTDB on that node would report is not known.',
  outlook:
    'The other nodes carry on without it and have taken over its addresses. When it comes back, it rejoins after a recovery.',
  remedy: 'Check that the machine runs, that ctdbd runs there (`systemctl status ctdb`), and that its private address answers.',
  falseAlarm: 'If the node was shut down on purpose.',
  find(view) {
    return view.nodes.flatMap(({ pnn, address }): Found[] => {
      const isDead = view.isDaemonDead(pnn)
      const flagged = isDisconnected(view, pnn)
      if (!isDead && !flagged) return []
      if (view.isOutOfSight(pnn)) {
        view.miss(pnn, 'everything')
        return []
      }
      return [
        {
          subject: { pnn },
          message: isDead ? `no daemon answers on node ${pnn} (${address})` : `node ${pnn} (${address}) is disconnected`,
          evidence: [
            `node map: node ${pnn} is ${flagged ? 'disconnected' : 'still connected'}`,
            ...(isDead ? [daemonIsDead(pnn), ...lastWords(view, pnn)] : []),
          ],
          claims: claimsOn(view, pnn, isDead),
          actions: [
            look('Check that the machine runs and that its private address answers.'),
            isDead
              ? startOn(view, pnn, UNLESS_IT_RUNS)
              : mend(
                  { what: 'machine', pnn },
                  'Check that ctdbd runs there (`systemctl status ctdb`), and start it if it does not.',
                ),
          ],
        },
      ]
    })
  },
}

const isDisconnected = (view: View, pnn: Pnn): boolean => hasFlag({ flags: view.flags(pnn) }, NODE_FLAG.DISCONNECTED)

/** The last lines of its log often say why it ended. */
const LAST_LINES = 5
function lastWords(view: View, pnn: Pnn): string[] {
  const log = view.peek(pnn, 'host.lastLog')
  return log === undefined ? [] : log.lines.slice(-LAST_LINES).map((line) => `${log.place}: ${line}`)
}

/** Stopped or banned when the others last heard of it: a daemon that hung still is, one that is started is not. */
const inactiveText = (flags: number): string => (hasFlag({ flags }, NODE_FLAG.BANNED) ? 'banned' : 'stopped')

/** A daemon that is dead comes back with a start; otherwise the machine, its daemon or the network may be the reason. */
function claimsOn(view: View, pnn: Pnn, isDead: boolean): Claim[] {
  const after: Trigger = { on: isDead ? 'answers' : 'connected', pnn }
  const inactive = view.flags(pnn) & (NODE_FLAG.BANNED | NODE_FLAG.STOPPED)
  const back: Claim =
    inactive === 0
      ? { kind: 'running', pnn, after, if: ['script succeeds', ...recoveryNeeds(view)], withinS: rejoinS(view) }
      : { kind: 'unknown', after, what: `whether it is still ${inactiveText(inactive)}` }
  return [staysUntil(after, 'the other nodes carry on without it'), back]
}
