import { listed, nodesText } from '../../cluster/node-text.ts'
import { oneOr } from '../../plural.ts'
import type { Check, Found } from '../check.ts'
import { staysUntil } from '../outlook.ts'
import { announce, askingNodes, linkAddressesOf, networkAnswers, ownerHas, probedAddresses, whoseText } from '../probed.ts'
import { mend } from '../remedy.ts'

export const check: Check = {
  id: 'ip-answer-foreign',
  order: 142,
  severity: 'error',
  title: 'A machine outside the cluster answers for a public address',
  seenBy: ['N', 'C', 'K'],
  moves: true,
  needsProbe: true,
  meaning:
    'A node asked the network who has the address. The link address (MAC) in the answer belongs to no interface of any node. Clients reach that machine instead of the owner, always or some of the time.',
  outlook:
    'Nothing: CTDB does not ask the network. The next node that takes over an IPv6 address may find that it cannot use it (see ip-dad-failed).',
  remedy:
    'Find the machine by its link address (the MAC table of the switch shows its port), and remove the address there. Then run `ctdbts gratarp` for the address on its owner.',
  falseAlarm:
    'A router with proxy ARP, or a cloud network, may answer for addresses of other machines. A container or a virtual machine on a node has link addresses of its own.',
  find(view) {
    const links = linkAddressesOf(view)
    return probedAddresses(view).flatMap((probed): Found[] => {
      const { address, owner, held, answers } = probed
      const strange = answers.filter(({ macs }) => macs.some((mac) => links.nodesWith(mac).length === 0))
      if (strange.length === 0) return []
      const macs = [...new Set(strange.flatMap((each) => each.macs))].filter((mac) => links.nodesWith(mac).length === 0)
      const whose =
        links.unseen.length === 0
          ? 'a machine that is no node'
          : `a machine that is none of the examined nodes (it may be ${nodesText(links.unseen)})`
      return [
        {
          subject: { address },
          nodes: [...askingNodes(strange), ...(owner === undefined ? [] : [owner])],
          message: `${whose} answers for ${address}: ${listed(macs)}`,
          evidence: [
            ...answers.map(networkAnswers),
            ...macs.map((mac) => `link address ${mac}: ${whoseText(mac, links)}`),
            ...(owner === undefined ? [] : ownerHas(owner, held)),
          ],
          claims: [
            staysUntil(
              { on: 'other', text: `${oneOr(macs.length, 'that machine gives', 'those machines give')} the address up` },
              'CTDB does not ask the network',
            ),
          ],
          actions: [
            mend(
              { what: 'other program', address },
              `Find the machine with the link address ${listed(macs)} (the MAC table of the switch shows its port), and remove the address there.`,
            ),
            ...announce(probed, 'it has given the address up'),
          ],
        },
      ]
    })
  },
}
