import { hasFlag, INACTIVE_FLAGS, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import type { Check, Found } from '../check.ts'
import { said } from '../facts.ts'
import type { View } from '../view.ts'
import { failingMonitor, scriptText } from './scripts.ts'

// The state of each node.

const isDisconnected = (view: View, pnn: Pnn): boolean => hasFlag({ flags: view.flags(pnn) }, NODE_FLAG.DISCONNECTED)

export const nodeDisconnected: Check = {
  id: 'node-disconnected',
  severity: 'error',
  title: 'A node is cut off, or its daemon is dead',
  seenBy: ['C'],
  moves: false,
  meaning:
    'The node takes no part in the cluster: its daemon does not run or hangs, the machine is down, or the private network is broken. What CTDB would say of that node is not known.',
  outlook:
    'The others carry on without it, and have taken over its addresses; when it comes back it is taken in again, after a recovery.',
  remedy:
    'Look whether the machine runs, whether ctdbd runs there (`systemctl status ctdb`), and whether its private address answers.',
  falseAlarm: 'When the node was shut down on purpose.',
  find(view) {
    return view.nodes.flatMap(({ pnn, address }): Found[] => {
      const isDead = view.isDaemonDead(pnn)
      const flagged = isDisconnected(view, pnn)
      if (!isDead && !flagged) return []
      return [
        {
          subject: { pnn },
          message: isDead ? `no daemon answers on node ${pnn} (${address})` : `node ${pnn} (${address}) is disconnected`,
          evidence: [
            `node map: node ${pnn} is ${flagged ? 'disconnected' : 'still connected'}`,
            ...(isDead ? [said(pnn, 'does not answer on its own socket')] : []),
          ],
        },
      ]
    })
  },
}

export const nodeNotRunning: Check = {
  id: 'node-not-running',
  severity: 'warning',
  title: 'A daemon has not come as far as to run',
  seenBy: ['C'],
  moves: true,
  meaning: 'The daemon is starting or ending. Until its run state is RUNNING the node hosts no addresses.',
  outlook:
    'FIRST_RECOVERY ends with the first recovery; STARTUP ends when the startup event succeeds, which is tried again and again.',
  remedy: 'When it stays: `ctdb event status legacy startup` on that node, and its log.',
  falseAlarm: 'For some ten seconds after ctdbd was started.',
  find(view) {
    return view.nodes.flatMap(({ pnn }): Found[] => {
      const runState = view.need(pnn, 'runState')
      const times = view.peek(pnn, 'times')
      if (runState === undefined || runState === 'RUNNING') return []
      return [
        {
          subject: { pnn },
          message: `node ${pnn} is in run state ${runState}`,
          evidence: [said(pnn, `run state ${runState}`)],
          ...(times && { since: times.daemonStart }),
        },
      ]
    })
  },
}

export const nodeBanned: Check = {
  id: 'node-banned',
  severity: 'warning',
  title: 'A node is banned',
  seenBy: ['C'],
  moves: false,
  meaning: 'The node failed too often, or was banned by hand: it takes no part in the cluster and hosts nothing.',
  outlook: 'When the time is over (RecoveryBanPeriod, 300 s) it is taken in again, and banned again if the cause is still there.',
  remedy: "Find the cause in the logs of the node and of the leader before `ctdb unban`: look for 'Banning'.",
  find(view) {
    return view.nodes.flatMap(({ pnn }): Found[] => {
      if (!hasFlag({ flags: view.flags(pnn) }, NODE_FLAG.BANNED)) return []
      const seconds = view.need(pnn, 'banSeconds')
      const left = seconds === undefined || seconds === 0 ? '' : ` for ${seconds} s`
      return [
        {
          subject: { pnn },
          message: `node ${pnn} is banned${left}`,
          evidence: [`node map: node ${pnn} is banned`, ...(left === '' ? [] : [said(pnn, `banned${left}`)])],
        },
      ]
    })
  },
}

export const nodeUnhealthy: Check = {
  id: 'node-unhealthy',
  severity: 'warning',
  title: 'A node is unhealthy',
  seenBy: ['C', 'E'],
  moves: false,
  meaning: 'The last monitor event of the node failed: it hosts no addresses until one succeeds.',
  outlook:
    'The monitor event is run again every MonitorInterval (15 s), more often while it fails; as soon as it succeeds the node is healthy.',
  remedy: 'Mend what the failing script complains about: `ctdb event status` on that node.',
  falseAlarm: 'A node that has just started is unhealthy until its first monitor event.',
  find(view) {
    return view.nodes.flatMap(({ pnn }): Found[] => {
      // An inactive node is not monitored: how healthy it was says nothing.
      if (!hasFlag({ flags: view.flags(pnn) }, NODE_FLAG.UNHEALTHY) || hasFlag({ flags: view.flags(pnn) }, INACTIVE_FLAGS))
        return []
      const script = failingMonitor(view.need(pnn, 'host.events') ?? [])
      return [
        {
          subject: { pnn },
          message: `node ${pnn} is unhealthy${script ? `: ${scriptText(script)}` : ''}`,
          evidence: [
            `node map: node ${pnn} is unhealthy`,
            ...(script ? [`event daemon of node ${pnn}: monitor: ${scriptText(script)}`] : []),
          ],
          ...(script && { since: script.begin }),
        },
      ]
    })
  },
}
