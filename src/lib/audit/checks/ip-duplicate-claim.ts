import type { Pnn } from '../../cluster/node.ts'
import { nodesText } from '../../cluster/node-text.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { claimsOf, said } from '../facts.ts'
import { takeoverRun } from '../failover.ts'
import { NOTHING_TRIGGERS_A_RUN } from '../outlook.ts'
import { look } from '../remedy.ts'
import { afterRun, selfRepair } from '../self-repair.ts'
import { whileSplit } from '../split.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'ip-duplicate-claim',
  order: 40,
  severity: 'error',
  title: 'Two nodes claim the same address',
  seenBy: ['C'],
  moves: true,
  causes: [cause('cluster-split', 'node'), cause('leader-disagreement')],
  meaning:
    'Two daemons each say that they own a public address. `ctdb ip all` hides this, because it shows only one owner. The allocation hides it too: it takes the node with the highest PNN as the owner.',
  outlook:
    'The next takeover run tells all nodes but one to release it. The duplicate claim alone does not trigger a takeover run.',
  remedy: 'Run `ctdbts ipreallocate`. If it comes back, the cluster may be split: see leader-disagreement and cluster-lock.',
  falseAlarm: 'While the address is being moved; another sample shows whether it persists.',
  find(view) {
    return [...claimsOf(view)].flatMap(([address, nodes]): Found[] => {
      if (nodes.length < 2) return []
      return [
        {
          subject: { address },
          nodes,
          message: `${nodesText(nodes)} each claim ${address}`,
          evidence: nodes.map((pnn) => said(pnn, 'says that it owns it')),
          ...(nodes.some((pnn) => view.isCutOff(pnn)) ? whileSplit(view, nodes, address) : whileTogether(view, nodes, address)),
        },
      ]
    })
  },
}

/** A claimant whose kernel does not have the address notices that; the others notice nothing. */
function whileTogether(view: View, nodes: readonly Pnn[], address: string): Pick<Found, 'claims' | 'actions'> {
  const without = nodes.filter((pnn) => view.peek(pnn, 'host.addresses')?.every((held) => held.address !== address))
  const isSeen = nodes.every((pnn) => view.peek(pnn, 'host.addresses') !== undefined)
  return {
    claims:
      without.length > 0
        ? selfRepair(view, without, address)
        : [...afterRun(view, nodes, address), ...(isSeen ? [NOTHING_TRIGGERS_A_RUN] : [])],
    actions: [
      takeoverRun(view),
      { ...look('The cluster may be split: see leader-disagreement and cluster-lock.'), if: 'it comes back' },
    ],
  }
}
