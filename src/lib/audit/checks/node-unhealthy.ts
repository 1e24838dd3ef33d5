import { hasFlag, INACTIVE_FLAGS, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import { cause, failingScript } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { type Claim, staysUntil } from '../outlook.ts'
import { mend } from '../remedy.ts'
import { failingMonitor, scriptText } from '../script-runs.ts'
import { tunableOf } from '../timing.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'node-unhealthy',
  order: 350,
  severity: 'warning',
  title: 'A node is unhealthy',
  seenBy: ['C', 'E'],
  moves: false,
  causes: [failingScript('monitor', 'startup'), cause('node-not-running', 'node')],
  meaning: 'The last monitor event of the node failed. The node hosts no addresses until one succeeds.',
  outlook:
    'CTDB runs the monitor event again every MonitorInterval (15 s), more often while it fails. As soon as it succeeds, the node is healthy.',
  remedy: 'Fix what the failing script complains about: see `ctdb event status` on that node.',
  falseAlarm: 'On a node that has just started, until its first monitor event.',
  find(view) {
    return view.nodes.flatMap(({ pnn }): Found[] => {
      // CTDB does not monitor an inactive node, so its health is out of date.
      if (!hasFlag({ flags: view.flags(pnn) }, NODE_FLAG.UNHEALTHY) || hasFlag({ flags: view.flags(pnn) }, INACTIVE_FLAGS))
        return []
      // The node itself knows best: others may not have been told yet that it is healthy (see flags-disagreement).
      const own = view.peek(pnn, 'nodeMap')?.find((entry) => entry.pnn === pnn)
      if (own && !hasFlag(own, NODE_FLAG.UNHEALTHY)) return []
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
          claims: claimsOn(view, pnn),
          actions: [mend({ what: 'script', pnn, event: 'monitor' }, check.remedy)],
        },
      ]
    })
  },
}

/** A node is monitored from the moment on when it is in run state RUNNING. */
function claimsOn(view: View, pnn: Pnn): Claim[] {
  const runState = view.peek(pnn, 'runState')
  if (runState !== undefined && runState !== 'RUNNING') {
    return [staysUntil({ on: 'running', pnn }, 'until then it is not monitored')]
  }
  return [
    {
      kind: 'healthy',
      pnn,
      if: ['script succeeds'],
      withinS: tunableOf(view, pnn, 'MonitorInterval') + tunableOf(view, pnn, 'EventScriptTimeout'),
      because: 'CTDB runs the monitor event again every MonitorInterval, more often while it fails',
    },
  ]
}
