import { listed } from '../../cluster/node-text.ts'
import type { HostAddress } from '../../snapshot/host-facts.ts'
import type { Check, Found } from '../check.ts'
import { heldText, kernelHas, knownBy } from '../facts.ts'
import { leavesInterface } from '../lasting.ts'
import { staysUntil } from '../outlook.ts'
import { mend } from '../remedy.ts'
import { networkOf, secondariesOf } from '../removal.ts'

export const check: Check = {
  id: 'promote-secondaries',
  order: 390,
  severity: 'info',
  title: 'Deleting one public address would drop others',
  seenBy: ['K', 'X', 'C'],
  moves: false,
  meaning:
    'If an interface has several IPv4 addresses of one network, the kernel treats the first as the primary address. When that is deleted while promote_secondaries is 0, the kernel deletes the others as well.',
  outlook:
    'The stock 10.interface sets promote_secondaries to 1 on an interface right before it deletes an address there. If someone deletes the primary address by hand, or another script does, the kernel deletes the secondary addresses too; CTDB puts those back, as with ip-missing.',
  remedy: 'Set net.ipv4.conf.all.promote_secondaries to 1 in /etc/sysctl.d.',
  falseAlarm: 'If only the stock script ever deletes addresses.',
  find(view) {
    const publics = knownBy(view)
    return view.nodes.flatMap(({ pnn }) => {
      const addresses = view.need(pnn, 'host.addresses')
      const promoting = view.need(pnn, 'host.promoteSecondaries')
      if (!addresses || !promoting) return []
      return losses(addresses, publics)
        .filter(({ primary }) => !promoting.includes(primary.interfaceName))
        .map(
          ({ primary, others }): Found => ({
            subject: { pnn, interfaceName: primary.interfaceName, detail: networkOf(primary) },
            addresses: [primary.address, ...others],
            message: `node ${pnn}: deleting ${primary.address} from ${primary.interfaceName} would drop ${listed(others, 3)} as well`,
            evidence: [
              kernelHas(pnn, `${heldText(primary)}, the primary of ${listed(others)}`),
              kernelHas(pnn, `promote_secondaries is 0 on ${primary.interfaceName}`),
            ],
            claims: [
              staysUntil(
                leavesInterface(view, pnn, [primary.address, ...others]),
                `the stock 10.interface sets promote_secondaries to 1 on an interface right before it deletes an address there. If anything else deletes the primary address, by hand or by a script of your own, the secondaries go with it; CTDB puts those back as with ip-missing`,
              ),
            ],
            actions: [
              { kind: 'keep-secondaries', pnn, interfaceName: primary.interfaceName },
              mend({ what: 'configuration', pnn }, check.remedy),
            ],
          }),
        )
    })
  },
}

/** Public addresses whose deletion would delete others. CTDB never deletes the host's own first address. */
function losses(addresses: readonly HostAddress[], publics: { has(address: string): boolean }) {
  return addresses
    .filter(({ address }) => publics.has(address))
    .map((primary) => ({ primary, others: secondariesOf(primary, addresses).map(({ address }) => address) }))
    .filter(({ others }) => others.length > 0)
}
