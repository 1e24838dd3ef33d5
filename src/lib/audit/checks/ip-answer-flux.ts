import type { Pnn } from '../../cluster/node.ts'
import { listed } from '../../cluster/node-text.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { kernelHas } from '../facts.ts'
import { partsOf } from '../interfaces.ts'
import { leavesInterface } from '../lasting.ts'
import { staysUntil } from '../outlook.ts'
import { askingNodes, networkAnswers, ownerHas, type ProbedAddress, probedAddresses } from '../probed.ts'
import { mend } from '../remedy.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'ip-answer-flux',
  order: 149,
  severity: 'warning',
  title: 'The owner answers for an address from an interface that does not have it',
  seenBy: ['N', 'C', 'K'],
  moves: true,
  needsProbe: true,
  causes: [cause('ip-wrong-interface', 'address'), cause('ip-twice-on-node', 'address')],
  meaning:
    'Linux answers ARP for any of its addresses on every interface, unless configured otherwise. If two interfaces of a node are on one network, clients may learn the link address of the wrong one (ARP flux). When that interface loses its link, these clients cannot reach the address until they ask again, although CTDB sees no fault. With a strict `rp_filter`, the wrong interface may drop their packets, so this is a warning; otherwise it is an info.',
  outlook: 'Nothing: CTDB does not ask the network.',
  remedy:
    'Set `net.ipv4.conf.all.arp_filter=1` on the nodes, as CTDB itself did up to 4.21: an interface then answers only machines that are reached through it.',
  falseAlarm: 'If interfaces share a network on purpose, and clients can reach only the interface that has the address.',
  find(view) {
    return probedAddresses(view).flatMap((probed): Found[] => {
      const { address, owner, held, answers } = probed
      if (owner === undefined || held.length === 0) return []
      const names = answeringElsewhere(view, owner, probed)
      if (names.length === 0) return []
      const filters = view.peek(owner, 'host.interfaceFilters') ?? []
      const strict = names.filter((name) => filters.some(({ interfaceName, strict }) => interfaceName === name && strict))
      return [
        {
          subject: { pnn: owner, address },
          nodes: askingNodes(answers),
          severity: strict.length > 0 ? 'warning' : 'info',
          message: `node ${owner} answers for ${address} from ${listed(names)}, where its kernel does not have it`,
          evidence: [
            ...answers.map(networkAnswers),
            ...ownerHas(owner, held),
            ...strict.map((name) => kernelHas(owner, `rp_filter of ${name} is 1 (strict)`)),
          ],
          claims: [staysUntil(leavesInterface(view, owner, [address]), 'CTDB does not ask the network')],
          actions: [
            mend(
              { what: 'configuration', pnn: owner },
              `Set \`net.ipv4.conf.all.arp_filter=1\` on node ${owner}, also for its next start (sysctl.d).`,
            ),
          ],
        },
      ]
    })
  },
}

/**
 * The interfaces of the owner whose link addresses answer, and which have nothing to do with those that have the address. The parts of a bond may
 * answer for it on purpose, each with its own link address (balance-alb). Interfaces with arp_filter are not judged: it looks at who asks, and not
 * every node asks from an address.
 */
function answeringElsewhere(view: View, owner: Pnn, { held, answers }: ProbedAddress): string[] {
  const linkAddresses = view.need(owner, 'host.linkAddresses') ?? []
  const filters = view.need(owner, 'host.interfaceFilters') ?? []
  const holding = held.map(({ interfaceName }) => interfaceName)
  const rightful = new Set(linkAddresses.filter((each) => holding.includes(each.interfaceName)).map(({ mac }) => mac))
  const answering = new Set(answers.flatMap(({ macs }) => macs))
  const others = linkAddresses.filter(({ mac }) => answering.has(mac) && !rightful.has(mac))
  if (others.length === 0) return []
  const links = view.need(owner, 'host.links')
  const bonds = view.want(owner, 'host.bonds')
  const parts = links && partsOf(links, bonds, holding)
  if (!parts) return []
  // What is bonded answers for its bond, and the filters of that count.
  const names = others
    .filter(({ interfaceName }) => !parts.has(interfaceName))
    .map(({ interfaceName: name }) => bonds?.find(({ members }) => members.some((member) => member.name === name))?.name ?? name)
  return [...new Set(names)].filter((name) => filters.some(({ interfaceName, arp }) => interfaceName === name && !arp))
}
