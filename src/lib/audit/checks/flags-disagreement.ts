import { flagsText, hasFlag, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import { knowsOtherNodes } from '../../cluster/run-state.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { byValue, saidByNodes } from '../facts.ts'
import { look, mend } from '../remedy.ts'
import { noticeS, recoveryNeeds, silenceS } from '../timing.ts'

export const check: Check = {
  id: 'flags-disagreement',
  order: 310,
  severity: 'warning',
  title: 'Nodes see different flags for one node',
  seenBy: ['C'],
  moves: true,
  causes: [cause('node-disconnected', 'node'), cause('cluster-split'), cause('leader-disagreement')],
  meaning:
    'Nodes do not agree on whether one of them is healthy, disabled, banned, stopped or connected. Takeover runs use what the leader sees. If some nodes can reach a node and others cannot, the private network is faulty.',
  outlook:
    'The leader distributes the flags that each node reports about itself. If some nodes cannot reach a node, they disagree until the network is repaired.',
  remedy: 'Compare `ctdb status` on the nodes. Check the private network between the nodes that disagree.',
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
          // UNKNOWN only means that the viewer has not heard of that node yet.
          return entry && (entry.flags & NODE_FLAG.UNKNOWN) === 0 ? [[viewer.pnn, entry.flags]] : []
        }),
      )
      // What each of them still believes of a node that none of them sees does not matter, and nobody corrects it.
      const missing = groups.filter((group) => hasFlag({ flags: group.value }, NODE_FLAG.DISCONNECTED))
      if (groups.length < 2 || missing.length === groups.length) return []
      const mayBeGone = missing.length > 0 || view.peek(pnn, 'nodeMap') === undefined
      return [
        {
          subject: { pnn },
          message: `nodes see different flags for node ${pnn}: ${groups.map(({ value }) => flagsText(value)).join(' or ')}`,
          evidence: groups.map(({ value, pnns }) => saidByNodes(pnns, `node ${pnn} is ${flagsText(value)}`)),
          claims: [
            {
              kind: 'flags-agreed',
              pnn,
              ...(mayBeGone && { mayBeGone }),
              if: recoveryNeeds(view),
              withinS: noticeS(view, view.snapshot.leader.pnn ?? pnn) + silenceS(view, pnn),
            },
          ],
          actions: [
            look('Compare `ctdb status` on the nodes.'),
            mend({ what: 'network', pnn }, 'Check the private network between the nodes that disagree.'),
          ],
        },
      ]
    })
  },
}
