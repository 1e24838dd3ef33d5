import type { Pnn } from '../../cluster/node.ts'
import { listed } from '../../cluster/node-text.ts'
import { LACP } from '../../host/bonds.ts'
import { oneOr } from '../../plural.ts'
import type { HostBond } from '../../snapshot/host-facts.ts'
import { interfacesOf } from '../../snapshot/snapshot.ts'
import type { Check, Found } from '../check.ts'
import { kernelHas } from '../facts.ts'
import { linkNamed } from '../interfaces.ts'
import { stays } from '../outlook.ts'
import { mend } from '../remedy.ts'
import type { View } from '../view.ts'

const AGGREGATE = 'On the switch, make the ports one aggregate (LACP).'

export const check: Check = {
  id: 'bond-degraded',
  order: 165,
  severity: 'warning',
  title: 'A bond with public addresses has lost an interface, or LACP with its switch',
  seenBy: ['C', 'K'],
  moves: false,
  meaning:
    'CTDB sees a bond as a whole: as long as one of its interfaces works, the bond is up. When the last one fails, the node loses the public addresses on the bond. A bond of mode 802.3ad needs LACP on the switch. If the switch runs it on none of the interfaces, the bond uses only one of them, and may lose packets; if on some of them, the bond uses only these.',
  outlook: 'Nothing, as long as one of its interfaces works.',
  remedy:
    'Find out why the interface is down (`/proc/net/bonding` shows the state of each): its cable or switch port, an ARP monitoring target that does not answer, or it was set down by hand. On the switch, combine the ports into one LACP aggregate.',
  falseAlarm:
    'For some seconds after a link has come up, until LACP has agreed with the switch; with slow LACP, for half a minute or more.',
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
  const isAggregate = mode.startsWith(LACP)
  const down = members.filter(({ up }) => !up).map((member) => member.name)
  // Where no switch takes part at all, that is what is reported. One of another switch stands by, which may be meant so.
  const apart = isAggregate && partner ? members.filter((each) => each.up && each.partner === null).map((each) => each.name) : []
  const left = members.map((member) => member.name).filter((member) => !down.includes(member) && !apart.includes(member))
  const evidence = [
    kernelHas(pnn, `${name}: ${members.map((each) => `${each.name} ${each.up ? 'up' : 'down'}`).join(', ')}`),
    ...(partner === null ? [kernelHas(pnn, `${name}: ${mode}, without a partner`)] : []),
    ...apart.map((member) => kernelHas(pnn, `${name}: ${member} has no partner`)),
  ]
  const say = (message: string, how: string): Found => ({
    subject: { pnn, interfaceName: name },
    message,
    evidence,
    claims: [stays('CTDB goes by the link of the bond as a whole')],
    actions: [mend({ what: 'link', pnn, interfaceName: name }, how)],
  })
  const of = (lost: readonly string[]) => `${listed(lost)} of ${name} on node ${pnn}`
  const only = `only ${listed(left)} ${oneOr(left.length, 'is', 'are')} left`
  if (down.length > 0) {
    const are = oneOr(down.length, 'is', 'are')
    const [others, ports] = apart.length === 0 ? ['', ''] : [`, and no switch takes part at ${listed(apart)}`, ` ${AGGREGATE}`]
    return [
      say(
        `${of(down)} ${are} down, as the bond says${others}; ${only}`,
        `Find out why ${listed(down)} ${are} down: the cable or the switch port, an address for ARP monitoring that does not answer, or set down by hand.${ports}`,
      ),
    ]
  }
  if (apart.length > 0) return [say(`no switch takes part at ${of(apart)}, which needs one (802.3ad); ${only}`, AGGREGATE)]
  return isAggregate && partner === null
    ? [say(`no switch takes part in ${name} of node ${pnn}, which needs one (802.3ad)`, AGGREGATE)]
    : []
}
