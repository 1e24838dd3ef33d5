import type { Capability, Neighbour } from '../../snapshot/host-facts.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { stays, staysUntil } from '../outlook.ts'
import {
  announcements,
  type LinkAddresses,
  linkAddressesBy,
  ownerHas,
  probedAddresses,
  THIS_MACHINE,
  whoseText,
} from '../probed.ts'
import { type Action, look, mend, nameIn } from '../remedy.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'ip-neighbour-here',
  order: 147,
  severity: 'warning',
  title: 'On the machine that runs ctdbts, the neighbour entry of a public address does not lead to its owner',
  seenBy: ['H', 'C', 'K'],
  moves: true,
  causes: [
    cause('ip-answer-foreign', 'address'),
    cause('ip-answer-other-node', 'address'),
    cause('ip-duplicate-kernel', 'address'),
    cause('ip-neighbour-stale', 'address'),
    {
      ...cause('capability-missing', 'node'),
      when: (_effect, { subject: { detail } }) => detail === ('CAP_NET_RAW' satisfies Capability),
    },
  ],
  meaning:
    'With --host, if the machine that runs ctdbts is on a network of public addresses, ctdbts also examines the neighbour table of that machine, which is in the place of a client. The table sends packets for the address to a machine other than the owner, usually the previous owner: the announcement of the owner did not arrive here. For an entry that was not confirmed recently, this is an info, because the kernel checks such an entry when it uses it.',
  outlook:
    'CTDB announces an address only when it takes it over. A kernel asks again when it uses the entry for a while without an answer; a permanent entry stays.',
  remedy:
    'Run `ctdbts gratarp` for the address on its owner. If the link address belongs to no node, run `verify --probe` to see which machine answers for the address. Remove permanent entries with `ip neigh del`.',
  falseAlarm:
    'While the address is being moved, or if this machine was off the network or asleep when it moved. A router with proxy ARP, or a cloud network, may answer for addresses of other machines.',
  find(view) {
    const entries = Map.groupBy(view.snapshot.outside?.neighbours ?? [], ({ address }) => address)
    if (entries.size === 0) return []
    const links = linksOf(view)
    return probedAddresses(view, false).flatMap((probed): Found[] => {
      const { address, owner, held } = probed
      if (owner === undefined || held.length === 0 || links.unseen.includes(owner)) return []
      const wrong = (entries.get(address) ?? []).filter(({ mac }) => !links.nodesWith(mac).includes(owner))
      if (wrong.length === 0) return []
      const isPermanent = wrong.some((entry) => entry.isPermanent)
      return [
        {
          subject: { address },
          nodes: [owner],
          severity: wrong.every(({ isStale }) => isStale) ? 'info' : 'warning',
          message: `${THIS_MACHINE} has another link address for ${address} than node ${owner}, which owns it`,
          evidence: [...wrong.map((entry) => entryText(entry, links)), ...ownerHas(owner, held)],
          claims: [
            isPermanent
              ? stays('the kernel never changes a permanent entry')
              : staysUntil(
                  { on: 'other', text: 'the address is announced, or the kernel uses the entry in vain and asks again' },
                  'CTDB announces an address only when it takes it over',
                ),
          ],
          actions: actionsOn(view, probed, wrong, links),
        },
      ]
    })
  },
}

/** The link addresses of the nodes' interfaces, as every audit has them. */
const linksOf = (view: View): LinkAddresses =>
  linkAddressesBy(view, (pnn) => {
    const macs = view.need(pnn, 'host.links')?.flatMap(({ mac }) => mac ?? []) ?? []
    return macs.length === 0 ? undefined : macs
  })

const entryText = ({ mac, interfaceName, isPermanent }: Neighbour, links: LinkAddresses): string =>
  `${THIS_MACHINE} expects it at ${mac} on ${interfaceName}${isPermanent ? ', by a permanent entry' : ''}; that is ${whoseText(mac, links)}`

function actionsOn(
  view: View,
  probed: Parameters<typeof announcements>[1],
  wrong: readonly Neighbour[],
  { nodesWith }: LinkAddresses,
): Action[] {
  const removals = wrong
    .filter(({ isPermanent }) => isPermanent)
    .map(({ address, interfaceName }) =>
      mend(
        { what: 'network', address },
        `Remove the permanent entry on ${THIS_MACHINE}: \`ip neigh del ${address} dev ${nameIn(interfaceName)}\`.`,
      ),
    )
  if (removals.length === wrong.length) return removals
  if (wrong.some(({ mac }) => nodesWith(mac).length === 0))
    return [...removals, look('Find out who answers for the address: `ctdbts verify --probe`.')]
  return [...removals, ...announcements(view, probed)]
}
