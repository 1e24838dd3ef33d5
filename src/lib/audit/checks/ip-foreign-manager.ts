import type { Pnn } from '../../cluster/node.ts'
import type { Check, Found } from '../check.ts'
import { heldText, kernelHas, saysItOwns } from '../facts.ts'
import { publicAddressesHeld } from '../kernel-addresses.ts'
import { type Claim, staysUntil } from '../outlook.ts'
import { mend } from '../remedy.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'ip-foreign-manager',
  order: 150,
  severity: 'warning',
  title: 'Something other than CTDB manages a public address',
  seenBy: ['K'],
  moves: false,
  meaning:
    'CTDB adds addresses without a time limit. An address that is dynamic or has a lifetime was set by something else (DHCP, router advertisements, a network manager), which will also change or remove it.',
  outlook: 'Nothing until the address is removed; then CTDB puts it back, as with ip-missing.',
  remedy: 'Remove the address from the other configuration: public addresses belong to CTDB alone.',
  find(view) {
    return [...publicAddressesHeld(view)].flatMap(({ pnn, address, held }): Found[] => {
      const managed = held.filter(({ dynamic, validSeconds }) => dynamic || validSeconds !== null)
      if (managed.length === 0) return []
      return [
        {
          subject: { pnn, address },
          message: `something other than CTDB manages ${address} on node ${pnn}`,
          claims: claimsOn(view, pnn, address),
          actions: [mend({ what: 'other program', pnn, address }, check.remedy)],
          // Without the seconds left, which differ in each sample.
          evidence: managed.map((each) =>
            kernelHas(pnn, `${heldText(each)}: ${each.dynamic ? 'dynamic' : 'has a lifetime (valid_lft is finite)'}`),
          ),
        },
      ]
    })
  },
}

/** Where the node does not own the address, CTDB may have it removed: see ip-rogue. */
function claimsOn(view: View, pnn: Pnn, address: string): Claim[] {
  const because = 'CTDB does not look at who set it'
  return saysItOwns(view, pnn, address) === false
    ? [{ kind: 'unknown', what: 'whether it comes back when CTDB removes it', because }]
    : [staysUntil({ on: 'other', text: 'the address is removed' }, because)]
}
