import type { Pnn } from '../../cluster/node.ts'
import { nodesText } from '../../cluster/node-text.ts'
import { oneOr } from '../../plural.ts'
import type { Capability, Neighbour } from '../../snapshot/host-facts.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { kernelHas } from '../facts.ts'
import { type Claim, stays, staysUntil } from '../outlook.ts'
import {
  announcements,
  type LinkAddresses,
  linkAddressesOf,
  ownerHas,
  type ProbedAddress,
  probedAddresses,
  whoseText,
} from '../probed.ts'
import { type Action, look, mend, nameIn } from '../remedy.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'ip-neighbour-stale',
  order: 148,
  severity: 'warning',
  title: 'On some nodes, the neighbour entry of a public address does not lead to its owner',
  seenBy: ['N', 'C', 'K'],
  moves: true,
  needsProbe: true,
  causes: [
    cause('ip-answer-foreign', 'address'),
    cause('ip-answer-other-node', 'address'),
    cause('ip-duplicate-kernel', 'address'),
    {
      ...cause('capability-missing', 'node'),
      when: ({ actions }, { subject: { pnn, detail } }) =>
        detail === ('CAP_NET_RAW' satisfies Capability) &&
        actions.some((action) => action.kind === 'mend' && action.mended.what === 'capability' && action.mended.pnn === pnn),
    },
  ],
  meaning:
    'The neighbour tables of these nodes send packets for the address to another machine, usually the previous owner. A node that takes over an address announces it on the network (gratuitous ARP, or a neighbour advertisement). That announcement did not arrive. Routers and clients, which ctdbts cannot examine, may have missed it as well.',
  outlook:
    'CTDB announces an address only when it takes it over. A kernel asks again when it uses the entry for a while without an answer; a permanent entry stays.',
  remedy:
    'Run `ctdbts gratarp` for the address on its owner, unless another machine answers for it (see ip-answer-foreign, ip-answer-other-node). Remove permanent entries with `ip neigh del`. If it happens after each move, find out what keeps announcements off the network: in a container, ctdbd needs CAP_NET_RAW.',
  falseAlarm:
    'While the address is being moved; the tables are read again after some seconds. A router with proxy ARP, or a cloud network, may answer for addresses of other machines.',
  find(view) {
    const links = linkAddressesOf(view)
    const entries = entriesIn(view)
    return probedAddresses(view, false).flatMap((probed): Found[] => {
      const { address, owner, held } = probed
      const own = owner === undefined ? undefined : view.need(owner, 'host.linkAddresses')
      if (owner === undefined || !own || held.length === 0) return []
      const macs = new Set(own.map(({ mac }) => mac))
      const wrong = (entries.get(address) ?? []).filter(({ pnn, entry }) => pnn !== owner && !macs.has(entry.mac))
      if (wrong.length === 0) return []
      const nodes = [...new Set(wrong.map(({ pnn }) => pnn))]
      return [
        {
          subject: { address },
          nodes: [owner, ...nodes],
          message: `${nodesText(nodes)} ${oneOr(nodes.length, 'has', 'have')} another link address for ${address} than node ${owner}, which owns it`,
          evidence: [...wrong.map((each) => entryText(each, links)), ...ownerHas(owner, held)],
          claims: claimsOn(wrong),
          actions: actionsOn(view, probed, wrong, links),
        },
      ]
    })
  },
}

interface Entry {
  readonly pnn: Pnn
  readonly entry: Neighbour
}

/** The entries of all neighbour tables, by address. */
const entriesIn = (view: View): Map<string, Entry[]> =>
  Map.groupBy(
    view.nodes.flatMap(({ pnn }) => (view.need(pnn, 'host.neighbours') ?? []).map((entry) => ({ pnn, entry }))),
    ({ entry }) => entry.address,
  )

const entryText = ({ pnn, entry: { mac, interfaceName, isPermanent } }: Entry, links: LinkAddresses): string =>
  kernelHas(
    pnn,
    `expects it at ${mac} on ${interfaceName}${isPermanent ? ', by a permanent entry' : ''}; that is ${whoseText(mac, links)}`,
  )

function claimsOn(wrong: readonly Entry[]): Claim[] {
  if (wrong.some(({ entry }) => entry.isPermanent)) return [stays('the kernel never changes a permanent entry')]
  const text = 'the address is announced, or the kernels with these entries use them in vain and ask again'
  return [staysUntil({ on: 'other', text }, 'CTDB announces an address only when it takes it over')]
}

function actionsOn(view: View, probed: ProbedAddress, wrong: readonly Entry[], { nodesWith }: LinkAddresses): Action[] {
  const { address, owner, answers } = probed
  const permanent = wrong.filter(({ entry }) => entry.isPermanent)
  const removals = permanent.map(({ pnn, entry }) =>
    mend(
      { what: 'configuration', pnn },
      `Remove the permanent entry on node ${pnn}: \`ip neigh del ${address} dev ${nameIn(entry.interfaceName)}\`.`,
    ),
  )
  if (permanent.length === wrong.length) return removals
  const isDisputed = answers.some(({ macs }) => macs.some((mac) => owner !== undefined && !nodesWith(mac).includes(owner)))
  if (isDisputed) return [...removals, look('Another machine answers for the address: see the finding about it.')]
  return [...removals, ...announcements(view, probed)]
}
