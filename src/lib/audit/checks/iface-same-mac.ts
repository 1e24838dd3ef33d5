import type { Pnn } from '../../cluster/node.ts'
import { listed } from '../../cluster/node-text.ts'
import type { HostLink } from '../../snapshot/host-facts.ts'
import { interfacesOf } from '../../snapshot/snapshot.ts'
import type { Check, Found } from '../check.ts'
import { kernelHas } from '../facts.ts'
import { linkNamed } from '../interfaces.ts'
import { stays } from '../outlook.ts'
import { mend } from '../remedy.ts'
import { kernelOf } from '../shared-kernel.ts'
import type { View } from '../view.ts'

/** Link addresses of VRRP, for IPv4 and IPv6: whichever machine is the master has it. */
const VIRTUAL_ROUTER = /^00:00:5e:00:0[12]:/

export const check: Check = {
  id: 'iface-same-mac',
  order: 166,
  severity: 'error',
  title: 'Interfaces of two nodes on one network have the same link address',
  seenBy: ['C', 'K'],
  moves: false,
  meaning:
    'Two nodes can host the same public address on interfaces with the same link address (MAC). A switch sends packets for one of them sometimes to the other, so both lose packets. Usually a machine was cloned together with its link address, or the link address was set by hand.',
  outlook: 'Nothing: CTDB does not look at link addresses.',
  remedy: 'Give one of the machines another link address, in its hypervisor or in its network configuration.',
  falseAlarm:
    'If they share it on purpose, as the machines of a virtual router do. Link addresses that are reserved for VRRP are not reported.',
  find(view) {
    const interfaces = view.nodes.flatMap(({ pnn }) => publicInterfaces(view, pnn))
    return [...Map.groupBy(interfaces, ({ mac }) => mac)].flatMap(([mac, all]): Found[] => {
      const isOther = (one: PublicInterface, other: PublicInterface) => kernelOf(view, one.pnn) !== kernelOf(view, other.pnn)
      const doubles = all.filter((one) => all.some((other) => isOther(one, other) && areOnOneNetwork(one, other)))
      if (doubles.length === 0) return []
      return [
        {
          subject: { detail: mac },
          nodes: [...new Set(doubles.map(({ pnn }) => pnn))],
          message: `${listed(doubles.map(({ pnn, name }) => `${name} of node ${pnn}`))} have the same link address, ${mac}`,
          evidence: doubles.map(({ pnn, name }) => kernelHas(pnn, `${name} has link address ${mac}`)),
          claims: [stays('CTDB does not look at link addresses')],
          actions: [mend({ what: 'network' }, check.remedy)],
        },
      ]
    })
  },
}

interface PublicInterface {
  readonly pnn: Pnn
  readonly name: string
  readonly mac: string
  /** The public addresses that the node may have on it. */
  readonly addresses: readonly string[]
}

/** Two nodes can have an address only on the same network. */
const areOnOneNetwork = (one: PublicInterface, other: PublicInterface): boolean =>
  one.pnn !== other.pnn && one.addresses.some((address) => other.addresses.includes(address))

/** The interfaces for public addresses of which it is known that they have a link address for themselves. */
function publicInterfaces(view: View, pnn: Pnn): PublicInterface[] {
  const known = view.need(pnn, 'known') ?? []
  const links = view.need(pnn, 'host.links') ?? []
  return interfacesOf(known).flatMap((name) => {
    const link = linkNamed(links, name)
    if (link?.mac === undefined || VIRTUAL_ROUTER.test(link.mac) || mayBeShared(link, links)) return []
    const addresses = known.filter(({ interfaces }) => interfaces?.includes(name)).map(({ address }) => address)
    return [{ pnn, name: link.name, mac: link.mac, addresses }]
  })
}

/** Whether an interface stands on one of another network namespace: containers on one machine may share that, and its link address (ipvlan). */
function mayBeShared({ parent }: HostLink, links: readonly HostLink[]): boolean {
  if (parent === undefined) return false
  const below = links.find(({ name }) => name === parent)
  return below === undefined || below.parent !== undefined
}
