import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { heldText, kernelHas, said } from '../facts.ts'
import { staysUntil } from '../outlook.ts'
import { askingNodes, linkAddressesOf, networkAnswers, ownerHas, probedAddresses } from '../probed.ts'
import { type Action, look, mend } from '../remedy.ts'

export const check: Check = {
  id: 'ip-answer-other-node',
  order: 144,
  severity: 'error',
  title: 'A node other than the owner answers for a public address',
  seenBy: ['N', 'C', 'K'],
  moves: true,
  needsProbe: true,
  causes: [
    cause('ip-duplicate-kernel', 'address'),
    cause('ip-rogue', 'address', 'node'),
    cause('ip-on-dead-daemon', 'address', 'node'),
    cause('ip-on-inactive-node', 'address', 'node'),
  ],
  meaning:
    'A node asked the network who has the address. The link address in the answer belongs to a node that does not own it. That node still has the address in its kernel, as a previous owner may, or it answers for other machines (proxy ARP). Clients reach that node instead of the owner, always or some of the time.',
  outlook:
    'Nothing: CTDB does not ask the network. If the kernel of that node has the address, see ip-duplicate-kernel and ip-rogue.',
  remedy:
    'If the kernel of that node has the address, remove it there, as described for ip-duplicate-kernel or ip-rogue. Otherwise turn off what answers for it: `proxy_arp` or `proxy_ndp` of an interface, or an entry of `ip neigh show proxy`.',
  falseAlarm:
    'While the address is being moved; another sample shows whether it persists. The check can also miss this fault: Linux answers by proxy ARP only if the node that asks has a fixed IPv4 address in that network.',
  find(view) {
    const links = linkAddressesOf(view)
    return probedAddresses(view).flatMap(({ address, owner, held, answers }): Found[] => {
      if (owner === undefined) return []
      const others = answers
        .flatMap(({ macs }) => macs.map(links.nodesWith))
        .filter((nodes) => nodes.length > 0 && !nodes.includes(owner))
        .flat()
      return [...new Set(others)].map((pnn): Found => {
        const own = view.need(pnn, 'host.addresses')?.filter((each) => each.address === address)
        const has = own === undefined ? [] : own.length === 0 ? ['does not have it'] : own.map(heldText)
        return {
          subject: { pnn, address },
          nodes: [owner, ...askingNodes(answers)],
          message: `node ${pnn} answers for ${address}, which node ${owner} owns`,
          evidence: [
            ...answers.map(networkAnswers),
            said(owner, 'says that it owns it'),
            ...ownerHas(owner, held),
            ...has.map((what) => kernelHas(pnn, what)),
          ],
          claims: [staysUntil({ on: 'other', text: `node ${pnn} no longer answers for it` }, 'CTDB does not ask the network')],
          actions: actionsOn(pnn, own?.length !== 0),
        }
      })
    })
  },
}

/** @param mayHave whether the kernel of the node has the address, or was not seen. */
function actionsOn(pnn: number, mayHave: boolean): Action[] {
  if (mayHave)
    return [look(`Find out whether the kernel of node ${pnn} has the address: the findings about it say how to remove it.`)]
  const how = `Turn off what answers for the address on node ${pnn}, although its kernel does not have it: \`proxy_arp\` or \`proxy_ndp\` of an interface, \`ip neigh show proxy\`.`
  return [mend({ what: 'configuration', pnn }, how)]
}
