import type { Pnn } from '../../cluster/node.ts'
import { listed } from '../../cluster/node-text.ts'
import { oneOr } from '../../plural.ts'
import type { HostBond } from '../../snapshot/host-facts.ts'
import { interfacesOf } from '../../snapshot/snapshot.ts'
import type { Check, Found } from '../check.ts'
import { kernelHas } from '../facts.ts'
import { linkNamed } from '../interfaces.ts'
import { stays } from '../outlook.ts'
import { mend } from '../remedy.ts'
import type { View } from '../view.ts'

/** The mode of bonds that a switch has to take part in, as the kernel calls it. */
const LACP = /802\.3ad/

export const check: Check = {
  id: 'bond-degraded',
  order: 165,
  severity: 'warning',
  title: 'A bond with public addresses has lost an interface, or its switch',
  seenBy: ['C', 'K'],
  moves: false,
  meaning:
    'CTDB sees a bond as a whole: as long as one of its interfaces works, all is well. With the last one that fails, the node loses its public addresses. A bond of mode 802.3ad that no switch takes part in uses only one of its interfaces, and may lose packets.',
  outlook: 'Nothing, as long as one of its interfaces works.',
  remedy:
    'Find out why the interface is down (`/proc/net/bonding` says it of each): its cable or switch port, an address for ARP monitoring that does not answer, or it was set down by hand. On the switch, make the ports one aggregate (LACP).',
  falseAlarm: 'During some seconds after a link has come up, until the switch takes part: with slow LACP half a minute and more.',
  find(view) {
    return view.nodes.flatMap(({ pnn }) => {
      const used = bondsWithAddresses(view, pnn)
      const bonds = view.want(pnn, 'host.bonds') ?? []
      // Where none has a link, iface-link-mismatch and ip-unhostable tell what follows.
      return bonds
        .filter(({ name, members }) => used?.has(name) && members.some(({ up }) => up))
        .flatMap((bond) => faultsOf(pnn, bond))
    })
  },
}

/** The bonds that public addresses may be on, also by way of a VLAN. */
function bondsWithAddresses(view: View, pnn: Pnn): Set<string> | undefined {
  const known = view.need(pnn, 'known')
  const links = view.need(pnn, 'host.links')
  if (!known || !links) return undefined
  return new Set(
    interfacesOf(known).flatMap((name) => {
      const link = linkNamed(links, name)
      return link ? [link.name, ...(link.parent === undefined ? [] : [link.parent])] : []
    }),
  )
}

function faultsOf(pnn: Pnn, { name, mode, members, partner }: HostBond): Found[] {
  const down = members.filter(({ up }) => !up).map((member) => member.name)
  const up = members.filter((member) => member.up).map((member) => member.name)
  const evidence = [kernelHas(pnn, `${name}: ${members.map((each) => `${each.name} ${each.up ? 'up' : 'down'}`).join(', ')}`)]
  const say = (message: string, how: string): Found => ({
    subject: { pnn, interfaceName: name },
    message,
    evidence: [...evidence, ...(partner === null ? [kernelHas(pnn, `${name}: ${mode}, without a partner`)] : [])],
    claims: [stays('CTDB goes by the link of the bond as a whole')],
    actions: [mend({ what: 'link', pnn, interfaceName: name }, how)],
  })
  if (down.length > 0) {
    return [
      say(
        `${listed(down)} of ${name} on node ${pnn} ${oneOr(down.length, 'is', 'are')} down, as the bond says; only ${listed(up)} ${oneOr(up.length, 'is', 'are')} left`,
        `Find out why ${listed(down)} ${oneOr(down.length, 'is', 'are')} down: the cable or the switch port, an address for ARP monitoring that does not answer, or set down by hand.`,
      ),
    ]
  }
  return LACP.test(mode) && partner === null
    ? [
        say(
          `no switch takes part in ${name} of node ${pnn}, which needs one (802.3ad)`,
          'On the switch, make the ports one aggregate (LACP).',
        ),
      ]
    : []
}
