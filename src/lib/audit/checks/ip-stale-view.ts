import type { Pnn } from '../../cluster/node.ts'
import { nodesText } from '../../cluster/node-text.ts'
import { oneOr } from '../../plural.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { knownBy } from '../facts.ts'
import { takeoverRun } from '../failover.ts'
import { NOTHING_TRIGGERS_A_RUN } from '../outlook.ts'
import { beliefs } from '../unowned-addresses.ts'

export const check: Check = {
  id: 'ip-stale-view',
  order: 70,
  severity: 'info',
  title: 'Nodes name different owners for an address',
  seenBy: ['C'],
  moves: true,
  causes: [
    cause('ip-duplicate-claim', 'address'),
    cause('ip-unhosted', 'address'),
    cause('ip-unhostable', 'address'),
    cause('recovery-stuck'),
    cause('leader-disagreement'),
  ],
  meaning:
    "A node's information about the owner of an address is out of date. Only what a node says about itself counts, so nothing is broken. But `ctdb ip` on that node shows a wrong owner, and as long as the node believes in a wrong owner, it does not notice when no node has the address.",
  outlook:
    'The next takeover run tells every connected node the owner of every address. Outdated information alone does not trigger a takeover run.',
  remedy: 'Run `ctdbts ipreallocate` to correct it.',
  falseAlarm: 'During a takeover run, and on a node that has just started.',
  find(view) {
    const settled = new Set(view.active.map(({ pnn }) => pnn).filter((pnn) => view.need(pnn, 'runState') === 'RUNNING'))
    return [...knownBy(view)].flatMap(([address, knowers]): Found[] => {
      const views = knowers.filter(({ pnn }) => settled.has(pnn))
      if (new Set(views.map(({ known }) => known.owner)).size < 2) return []
      const claimants = knowers.filter(({ pnn, known }) => known.owner === pnn).map(({ pnn }) => pnn)
      const isStale = (owner: Pnn | null) => (owner === null ? claimants.length > 0 : !claimants.includes(owner))
      const stale = views.filter(({ known }) => isStale(known.owner)).map(({ pnn }) => pnn)
      if (stale.length === 0) return []
      return [
        {
          subject: { address },
          nodes: stale,
          message: `the nodes name different owners for ${address}: ${nodesText(stale)} ${oneOr(stale.length, 'is', 'are')} out of date`,
          evidence: beliefs(views),
          claims: [
            { kind: 'owner-known', addresses: [address], after: { on: 'run' }, if: ['network works', 'nothing changes'] },
            NOTHING_TRIGGERS_A_RUN,
          ],
          actions: [takeoverRun(view, { purpose: 'to correct it' })],
        },
      ]
    })
  },
}
