import { nodesText } from '../../cluster/node-text.ts'
import type { Check, Found } from '../check.ts'
import { kernelHas } from '../facts.ts'
import { normalAddress } from '../normal.ts'
import { stays } from '../outlook.ts'
import { mend } from '../remedy.ts'
import { sharedKernels } from '../shared-kernel.ts'

export const check: Check = {
  id: 'kernel-shared',
  order: 207,
  severity: 'warning',
  title: 'Nodes share one kernel',
  seenBy: ['K', 'C'],
  moves: false,
  meaning:
    'The addresses of these nodes are in one kernel (one network namespace). Whichever of them owns a public address, the same kernel has it: the cluster does not survive a failure of that machine, and the event script of one node removes an address that another one has taken. What one of them has and another one owns is not reported as a fault.',
  outlook: 'Nothing: CTDB does not look at it.',
  remedy: 'Run each node on a machine of its own, or at least in a network namespace of its own.',
  falseAlarm: 'A cluster for tests, all on one machine.',
  find(view) {
    // They note what is missing.
    for (const { pnn } of view.nodes) {
      view.need(pnn, 'host.links')
      view.need(pnn, 'host.addresses')
    }
    return sharedKernels(view).map((pnns): Found => {
      const privates = view.nodes.filter(({ pnn }) => pnns.includes(pnn)).map(({ address }) => normalAddress(address))
      return {
        subject: { detail: pnns.join() },
        nodes: pnns,
        message: `${nodesText(pnns)} share one kernel`,
        evidence: pnns.map((pnn) => kernelHas(pnn, `has ${privates.join(', ')}, and the same interfaces as the others`)),
        claims: [stays('CTDB does not look at it')],
        actions: [mend({ what: 'configuration' }, check.remedy)],
      }
    })
  },
}
