import { failingScript } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { heldText, kernelHas, knownBy } from '../facts.ts'
import { staysUntil } from '../outlook.ts'
import { mend } from '../remedy.ts'

export const check: Check = {
  id: 'leftover-drop',
  order: 400,
  severity: 'error',
  title: 'A firewall rule drops everything sent to an address that the node holds',
  seenBy: ['X', 'K', 'C'],
  moves: true,
  causes: [failingScript('releaseip', 'takeip')],
  meaning:
    'While the script 10.interface releases an address, it blocks traffic to it (`iptables -I INPUT -i IFACE -d IP -j DROP`). If the script is killed before it is done, the rule stays: the node later has the address again, but clients cannot reach it.',
  outlook:
    'The next takeip of the address on that interface removes the rule, but CTDB runs none as long as the node has the address.',
  remedy: 'Remove the rule: `iptables -D INPUT -i IFACE -d IP -j DROP` (ip6tables for IPv6).',
  falseAlarm: 'While the address is being released or taken.',
  find(view) {
    const publics = knownBy(view)
    return view.nodes.flatMap(({ pnn }) => {
      const addresses = view.need(pnn, 'host.addresses')
      const drops = view.need(pnn, 'host.drops')
      if (!addresses || !drops) return []
      // The same rule may exist several times.
      const rules = new Map(drops.map((rule) => [`${rule.address} ${rule.interfaceName}`, rule]))
      return [...rules.values()].flatMap(({ interfaceName, address }): Found[] => {
        const held = addresses.find((each) => each.address === address && each.interfaceName === interfaceName)
        if (!held || !publics.has(address)) return []
        return [
          {
            subject: { pnn, address, interfaceName },
            message: `node ${pnn} holds ${address} on ${interfaceName}, but a firewall rule drops everything sent to it`,
            evidence: [
              kernelHas(pnn, heldText(held)),
              `iptables on node ${pnn}: INPUT -i ${interfaceName} -d ${address} -j DROP`,
            ],
            claims: [
              staysUntil(
                { on: 'release', pnn, addresses: [address] },
                'only a takeip removes the rule, and none is made while the node has the address',
              ),
            ],
            actions: [mend({ what: 'firewall', pnn, address, interfaceName }, check.remedy)],
          },
        ]
      })
    })
  },
}
