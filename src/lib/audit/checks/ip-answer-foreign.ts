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
  title: 'A machine outside of the cluster answers for a public address',
  seenBy: ['N', 'C', 'K'],
  moves: true,
  needsProbe: true,
  meaning:
    'A node asked the network who has the address, and a machine answered whose link address no interface of any node has. Clients reach sometimes that machine, sometimes the owner, or never the owner.',
  outlook:
    'Nothing: CTDB does not ask the network. The next node that takes over an IPv6 address may find that it cannot use it (see ip-dad-failed).',
  remedy:
    'Find the machine by its link address (the tables of the switch show its port), and make it give the address up. Then run `ctdbts gratarp` for the address on its owner.',
  falseAlarm:
    'A router with proxy ARP, or the network of a cloud, answers for addresses of others. A container or a virtual machine on a node has link addresses of its own.',
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
              `Find the machine with the link address ${listed(macs)} (the tables of the switch show its port), and make it give the address up.`,
            ),
            ...announce(probed, 'it has given the address up'),
          ],
        },
      ]
    })
  },
}
