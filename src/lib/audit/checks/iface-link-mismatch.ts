import type { Pnn } from '../../cluster/node.ts'
import type { HostBond, HostLink } from '../../snapshot/host-facts.ts'
import { cause } from '../cause.ts'
import type { Check, Found } from '../check.ts'
import { kernelHas, said } from '../facts.ts'
import { whyInVain } from '../idle-scripts.ts'
import { linkNamed } from '../interfaces.ts'
import { stays } from '../outlook.ts'
import { look, mend } from '../remedy.ts'
import { recoveryNeeds, tunableOf } from '../timing.ts'
import type { View } from '../view.ts'

export const check: Check = {
  id: 'iface-link-mismatch',
  order: 160,
  severity: 'warning',
  title: 'Daemon and kernel disagree on whether an interface has a link',
  seenBy: ['C', 'K'],
  moves: true,
  causes: [
    cause('script-not-enabled', 'node'),
    cause('file-missing', 'node'),
    { ...cause('script-failing', 'node'), when: (_effect, { evidence }) => evidence.some((line) => NO_ETHTOOL.test(line)) },
  ],
  meaning:
    'The daemon relies on what the event scripts last reported about a link. While it believes that a lost link is up, the node keeps addresses that nobody can reach. While it does not see a link that is there, the node hosts fewer addresses than it could.',
  outlook:
    'The next monitor event (MonitorInterval, 15 s) corrects it, if 10.interface is enabled and the interface is in the public addresses file.',
  remedy:
    'If it persists: check whether 10.interface is enabled, whether someone ran `ctdb setifacelink`, and whether CTDB_PARTIALLY_ONLINE_INTERFACES is set.',
  falseAlarm: 'For up to MonitorInterval (15 s) after the link has changed.',
  find(view) {
    // CTDB does not monitor an inactive node, so what its daemon knows about links is out of date.
    return view.active.flatMap(({ pnn }) => {
      const interfaces = view.need(pnn, 'interfaces')
      const links = view.need(pnn, 'host.links')
      if (!interfaces || !links) return []
      return interfaces.flatMap(({ name, linkUp }): Found[] => {
        const link = linkNamed(links, name)
        // The check iface-absent reports an interface that does not exist.
        if (!link || linkUp === hasLink(link)) return []
        return [
          {
            ...mismatch(pnn, linkUp, link),
            ...adviceOn(view, pnn, { name, linkUp, link, links, bonds: view.peek(pnn, 'host.bonds') }),
          },
        ]
      })
    })
  },
}

const hasLink = ({ up, carrier }: HostLink): boolean => up && carrier

interface Seen {
  /** The interface as the daemon names it, and whether it believes in a link. */
  readonly name: string
  readonly linkUp: boolean
  readonly link: HostLink
  readonly links: readonly HostLink[]
  /** Undefined if they could not be read. */
  readonly bonds: readonly HostBond[] | undefined
}

/** From the script 10.interface, 4.17 to 4.25. */
function adviceOn(view: View, pnn: Pnn, seen: Seen): Pick<Found, 'claims' | 'actions'> {
  const { name, linkUp, link } = seen
  const lasting = unlooked(view, pnn, seen) ?? whyLasting(seen) ?? withoutEthtool(view, pnn, seen)
  const repair = mend({ what: 'link', pnn, interfaceName: link.name }, lasting?.repair ?? 'Repair the link.')
  if (lasting) return { claims: [stays(lasting.why)], actions: [repair] }
  return {
    claims: [
      {
        kind: 'link-known',
        pnn,
        interfaceName: name,
        // During a recovery there are no monitor events.
        if: ['script runs', ...recoveryNeeds(view)],
        withinS: tunableOf(view, pnn, 'MonitorInterval') + tunableOf(view, pnn, 'EventScriptTimeout'),
      },
    ],
    actions: [
      ...(linkUp ? [repair] : []),
      {
        ...look(
          'Check that 10.interface is enabled and the interface in the public addresses file, whether `ctdb setifacelink` was used, and CTDB_PARTIALLY_ONLINE_INTERFACES.',
        ),
        if: 'it persists',
      },
    ],
  }
}

/** Where 10.interface does nothing, nobody tells the daemon of links. */
function unlooked(view: View, pnn: Pnn, { linkUp }: Seen): ReturnType<typeof whyLasting> {
  const idle = whyInVain(view, pnn)
  if (!idle) return undefined
  const first = `See ${idle.id} first.`
  return { why: `${idle.because}, and nothing else looks at links`, repair: linkUp ? `${first} Repair the link.` : first }
}

/** What a shell prints in 10.interface that does not find ethtool. */
const NO_ETHTOOL = /ethtool: (command )?not found/

/** 10.interface asks ethtool for a link, and takes its absence for no link. */
function withoutEthtool(view: View, pnn: Pnn, { linkUp }: Seen): ReturnType<typeof whyLasting> {
  const scripts = view.peek(pnn, 'host.events')?.find(({ event }) => event === 'monitor')?.scripts ?? []
  if (linkUp || !scripts.some(({ output }) => NO_ETHTOOL.test(output))) return undefined
  return {
    why: '10.interface asks ethtool for the link, which is not installed on that node, and so finds none',
    repair: 'Install ethtool on that node.',
  }
}

/** Why the next monitor event does not correct it, and what to repair; undefined if it does. */
function whyLasting(seen: Seen): { readonly why: string; readonly repair: string } | undefined {
  const { name, linkUp } = seen
  const believed = `so CTDB goes on believing that it is ${upOrDown(linkUp)}`
  if (/^(ib|lo)/.test(name)) {
    // Each monitor event tells the daemon that it is up.
    if (!linkUp) return undefined
    const why = `10.interface never checks an interface whose name begins with ib or lo, ${believed}, and the node keeps addresses there`
    return { why, repair: 'Repair the link.' }
  }
  return whyBondLasting(seen, believed)
}

/** 10.interface judges a bond, and a VLAN on one, by what the kernel says of the bond in /proc/net/bonding. */
function whyBondLasting({ name, linkUp, link, links, bonds }: Seen, believed: string): ReturnType<typeof whyLasting> {
  const bond = link.isBond ? link : links.find((each) => each.isBond && each.name === link.parent)
  if (!bond) return undefined
  const passes = bonds?.find((each) => each.name === bond.name)?.passes ?? hasLink(bond)
  if (passes !== linkUp) return undefined
  const repair = bond.up ? `Repair ${bond.name}.` : `Set ${bond.name} up.`
  if (bond === link)
    return { why: `10.interface goes by /proc/net/bonding, where ${name} is still ${upOrDown(passes)}, ${believed}`, repair }
  const why = '10.interface judges a VLAN on a bond by the bond'
  if (passes !== hasLink(bond))
    return { why: `${why}, which is still ${upOrDown(passes)} in /proc/net/bonding, ${believed}`, repair }
  return {
    why: `${why}, and ${bond.name} is ${upOrDown(passes)}, ${believed}`,
    repair: `Repair ${name} itself: what is set up on ${bond.name} does not help it.`,
  }
}

const upOrDown = (isUp: boolean): string => (isUp ? 'up' : 'down')

function mismatch(pnn: Pnn, linkUp: boolean, { name, up, carrier }: HostLink): Omit<Found, 'claims' | 'actions'> {
  const [believed, real] = [upOrDown(linkUp), upOrDown(!linkUp)]
  const seen = up ? `${name} has ${carrier ? 'a' : 'no'} carrier` : `${name} is set down`
  return {
    subject: { pnn, interfaceName: name },
    message: `node ${pnn}: the daemon believes that the link of ${name} is ${believed}, but in the kernel it is ${real}`,
    evidence: [said(pnn, `link of ${name} is ${believed}`), kernelHas(pnn, seen)],
  }
}
