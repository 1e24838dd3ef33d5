import type { AddressFileReading } from '../cluster/address-files.ts'
import type { Pnn } from '../cluster/node.ts'
import { listed } from '../cluster/node-text.ts'
import type { HostBond, HostLink } from '../snapshot/host-facts.ts'
import { isAtLeast } from '../version.ts'
import type { View } from './view.ts'

/** An interface by a name of it, which may be an alternative one (`ip link property add dev eth1 altname ens192`). */
export const linkNamed = (links: readonly HostLink[], name: string): HostLink | undefined =>
  links.find((link) => link.name === name) ?? links.find(({ altnames }) => altnames?.includes(name))

/**
 * The parts of interfaces, and of what these stand on: what is bonded, bridged or teamed in them, at any depth. Undefined where there is a bond
 * whose parts are not known.
 * @param bonds undefined if they could not be read.
 */
export function partsOf(
  links: readonly HostLink[],
  bonds: readonly HostBond[] | undefined,
  names: readonly string[],
): Set<string> | undefined {
  const parts = new Set<string>()
  const seen = new Set(names)
  // What is added on the way is visited, too.
  for (const name of seen) {
    const link = links.find((each) => each.name === name)
    // Snapshots before format 1.2 do not say what is a bond.
    if (!bonds && link && link.isBond !== false) return undefined
    const bonded = bonds?.find((bond) => bond.name === name)?.members ?? []
    const below = [...bonded, ...links.filter(({ master }) => master === name)]
    for (const part of below) parts.add(part.name)
    for (const each of [...below.map((part) => part.name), ...(link?.parent === undefined ? [] : [link.parent])]) seen.add(each)
  }
  return parts
}

/** An interface that a public addresses file names, and that ctdbd cannot find. */
export interface AbsentInterface {
  readonly name: string
  /** The addresses for which the file names it. */
  readonly users: readonly string[]
  /** The interface of which it is an alternative name, if it is one. */
  readonly altnameOf?: string
}

/**
 * The interfaces that a node's public addresses file names and that its ctdbd cannot find. ctdbd rejects such a file. Alternative names count
 * from 4.25 on.
 */
export function absentInterfaces(view: View, pnn: Pnn, { addresses }: AddressFileReading): AbsentInterface[] {
  const links = view.peek(pnn, 'host.links')
  if (!links) return []
  const version = view.peek(pnn, 'host.version')
  // If the version is not known, nothing is claimed of an alternative name.
  const acceptsAltnames = version === undefined || isAtLeast(version, 4, 25) !== false
  const users = Map.groupBy(
    addresses.flatMap(({ address, interfaces }) => interfaces.map((name) => ({ name, address }))),
    ({ name }) => name,
  )
  return [...users].flatMap(([name, uses]): AbsentInterface[] => {
    const link = linkNamed(links, name)
    if (link && (link.name === name || acceptsAltnames)) return []
    if (!link && acceptsAltnames && mayHaveAltname(view, pnn, links, name)) return []
    return [{ name, users: uses.map(({ address }) => address), ...(link && { altnameOf: link.name }) }]
  })
}

/**
 * Whether the event scripts cannot remove an address from an interface on which the daemon does not expect it. From 4.25 on they then go by
 * what `ip -brief` prints: `eth1@if8` for one end of a veth pair, `bond0.7@bond0` for a VLAN, and no interface has such a name. What the
 * daemon expects there is removed all the same. False if it is not known. From the script 10.interface of 4.25.
 */
export function hidesFromScripts(view: View, pnn: Pnn, interfaceName: string): boolean {
  const version = view.peek(pnn, 'host.version')
  const links = view.peek(pnn, 'host.links') ?? []
  return version !== undefined && isAtLeast(version, 4, 25) === true && linkNamed(links, interfaceName)?.parent !== undefined
}

/** Why they cannot, for the names of interfaces. */
export const hiddenText = (names: readonly string[]): string =>
  `the event scripts of this version cannot remove an address from ${listed(names)}, whose name \`ip\` prints with an @, unless the daemon expects it there`

/** Whether a name may be an alternative one that an older snapshot does not have: the daemon says that it has this interface, with a link. */
export const mayHaveAltname = (view: View, pnn: Pnn, links: readonly HostLink[], name: string): boolean =>
  links.every(({ altnames }) => altnames === undefined) &&
  view.peek(pnn, 'interfaces')?.some((each) => each.name === name && each.linkUp) === true
