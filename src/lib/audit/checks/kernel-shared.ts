import type { Pnn } from '../../cluster/node.ts'
import { nodesText } from '../../cluster/node-text.ts'
import type { Check, Found } from '../check.ts'
import { kernelHas } from '../facts.ts'
import { besideOwner } from '../kernel-of-owner.ts'
import { normalAddress } from '../normal.ts'
import { type Claim, stays } from '../outlook.ts'
import { mend } from '../remedy.ts'
import { sharedKernels } from '../shared-kernel.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'kernel-shared',
  order: 207,
  severity: 'warning',
  title: 'Nodes share one kernel',
  seenBy: ['K', 'C'],
  moves: false,
  meaning:
    'The addresses of these nodes are in one kernel (one network namespace). Whichever of them owns a public address, the same kernel has it: the cluster does not survive a failure of that machine, and the event script of one node removes an address that another one has taken. If one of these nodes has an address that another of them owns, the shared kernel is the reason: do not remove the address. A ctdbd that starts there drops the public addresses of its file, including those that another one has taken.',
  outlook:
    'The recovery daemon of each node finds addresses in its kernel that another node owns, and asks for takeover runs. These remove the addresses for a moment and do not help. CTDB does nothing about the cause.',
  remedy: 'Run each node on a machine of its own, or at least in a network namespace of its own.',
  falseAlarm: 'In a test cluster on one machine.',
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
        addresses: pnns.flatMap((pnn) => ownedBy(view, pnn)),
        message: `${nodesText(pnns)} share one kernel`,
        evidence: pnns.map((pnn) => kernelHas(pnn, `has ${privates.join(', ')}, and the same interfaces as the others`)),
        claims: claimsOn(view, pnns),
        actions: [mend({ what: 'configuration' }, check.remedy)],
      }
    })
  },
}

/** The public addresses that a node says that it owns. */
const ownedBy = (view: View, pnn: Pnn): string[] =>
  (view.peek(pnn, 'known') ?? []).filter(({ owner }) => owner === pnn).map(({ address }) => address)

/** A node that looks at its addresses finds those of another one there; all others do nothing. */
function claimsOn(view: View, pnns: readonly Pnn[]): Claim[] {
  const claims = pnns.flatMap((pnn) =>
    (view.peek(pnn, 'host.addresses') ?? []).flatMap(({ address }) => besideOwner(view, pnn, address)?.claims ?? []),
  )
  const vain = claims.find(({ kind }) => kind === 'runs-in-vain')
  return [vain ?? stays('CTDB does not look at it')]
}
