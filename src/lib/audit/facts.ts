import { publicSocketAddress } from '../address/socket-address.ts'
import { type AddressFileReading, readPublicAddresses } from '../cluster/address-files.ts'
import type { KnownIp } from '../cluster/merge-ips.ts'
import { hasFlag, NODE_FLAG, type Pnn, UNKNOWN_PNN } from '../cluster/node.ts'
import { onceFor } from '../once-for.ts'
import type { HostAddress, HostLink } from '../snapshot/host-facts.ts'
import type { KnownAddress, Snapshot } from '../snapshot/snapshot.ts'
import { compareAddresses, normalAddress } from './normal.ts'
import type { View } from './view.ts'

/** Where something can be seen by hand: how a piece of evidence begins. */
export const said = (pnn: Pnn, what: string): string => `CTDB on node ${pnn}: ${what}`
export const kernelHas = (pnn: Pnn, what: string): string => `kernel of node ${pnn}: ${what}`
export const fileHas = (pnn: Pnn, what: string): string => `file on node ${pnn}: ${what}`

/** `node 1`, `nodes 0, 2 and 5`. */
export const nodesText = (pnns: readonly Pnn[]): string => `${pnns.length === 1 ? 'node' : 'nodes'} ${listed(pnns.map(String))}`

/** `a`, `a and b`, `a, b and c`; of many only the first. */
export function listed(items: readonly string[], most = 8): string {
  if (items.length > most) return `${items.slice(0, most).join(', ')} and ${items.length - most} more`
  return items.length < 2 ? (items[0] ?? 'none') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}

export const ownerText = (owner: Pnn | null): string => (owner === null ? 'nobody' : `node ${owner}`)

/** The list of a group, made when there is none yet. */
export function groupOf<K, V>(groups: Map<K, V[]>, key: K): V[] {
  const group = groups.get(key) ?? []
  groups.set(key, group)
  return group
}

/** Those who know an address, and what it is to each. */
type Knowers = readonly { readonly pnn: Pnn; readonly known: KnownAddress }[]

/** What each address is to those who know it, in the order of addresses. Nodes that do not say are not known. */
export function knownBy(view: View): ReadonlyMap<string, Knowers> {
  for (const { pnn } of view.nodes) view.need(pnn, 'known')
  return knowersIn(view.snapshot)
}

/** Most checks ask for it, and for thousands of addresses it takes its time. */
const knowersIn = onceFor(({ nodeMap, nodes }: Snapshot): ReadonlyMap<string, Knowers> => {
  const facts = new Map(nodes.map((each) => [each.pnn, each]))
  const groups = new Map<string, { readonly pnn: Pnn; readonly known: KnownAddress }[]>()
  for (const { pnn } of nodeMap.filter((node) => !hasFlag(node, NODE_FLAG.DELETED))) {
    for (const known of facts.get(pnn)?.known ?? []) groupOf(groups, known.address).push({ pnn, known })
  }
  return new Map([...groups].toSorted(([a], [b]) => compareAddresses(a, b)))
})

/** The nodes that claim each address themselves. */
export function claimsOf(view: View): Map<string, Pnn[]> {
  const claims = [...knownBy(view)].map(
    ([address, knowers]) => [address, knowers.filter(({ pnn, known }) => known.owner === pnn).map(({ pnn }) => pnn)] as const,
  )
  return new Map(claims)
}

/** The public addresses in a node's kernel: those that some node, whichever, knows as such. Undefined when the kernel was not seen. */
export function publicHeld(view: View, publics: { has(address: string): boolean }, pnn: Pnn): HostAddress[] | undefined {
  return view.need(pnn, 'host.addresses')?.filter(({ address }) => publics.has(address))
}

/** `10.0.0.1/24 on eth1`. */
export const heldText = ({ address, maskBits, interfaceName }: HostAddress): string =>
  `has ${address}/${maskBits} on ${interfaceName}`

/** A node's public addresses file; a file that is not there lists nothing. */
export function addressFile(view: View, pnn: Pnn): AddressFileReading | undefined {
  const text = view.need(pnn, 'host.publicAddressesFile')
  return text === undefined ? undefined : readingIn(view.snapshot)(text)
}

/** The files of most clusters are the same on all nodes, and many checks read them: each text is read once. */
const readingIn = onceFor((_: Snapshot) => {
  const readings = new Map<string | null, AddressFileReading>()
  return (text: string | null): AddressFileReading => {
    const reading = readings.get(text) ?? readAddressFile(text)
    readings.set(text, reading)
    return reading
  }
})

function readAddressFile(text: string | null): AddressFileReading {
  const { addresses, faults } = readPublicAddresses(text ?? '')
  return { addresses: addresses.map((line) => ({ ...line, address: normalAddress(line.address) })), faults }
}

/** The addresses of one list that the other does not have, in the order of addresses. */
export function onlyIn(list: readonly string[], other: readonly string[]): string[] {
  const others = new Set(other)
  return list.filter((address) => !others.has(address)).toSorted(compareAddresses)
}

/** The interfaces that a public addresses file names and the kernel does not have, each with its addresses. ctdbd rejects such a file. */
export function absentInterfaces(
  { addresses }: AddressFileReading,
  links: readonly HostLink[],
): { readonly name: string; readonly users: readonly string[] }[] {
  const existing = new Set(links.map(({ name }) => name))
  const absent = new Set(addresses.flatMap(({ interfaces }) => interfaces).filter((name) => !existing.has(name)))
  return [...absent].map((name) => ({
    name,
    users: addresses.filter(({ interfaces }) => interfaces.includes(name)).map(({ address }) => address),
  }))
}

/** The known addresses of a node as its recovery daemon compares them. */
export const knownIps = (known: readonly Pick<KnownAddress, 'address' | 'owner'>[]): KnownIp[] =>
  known.map(({ address, owner }) => ({ address: publicSocketAddress(address), pnn: owner ?? UNKNOWN_PNN }))

/** Whether two lists have the same members, in whatever order. */
export const sameMembers = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && new Set([...a, ...b]).size === new Set(a).size

/** What is different, each value with the nodes that have it, the most common first. */
export function byValue<T>(entries: readonly (readonly [pnn: Pnn, value: T])[]): { readonly value: T; readonly pnns: Pnn[] }[] {
  const groups = new Map<T, Pnn[]>()
  for (const [pnn, value] of entries) groupOf(groups, value).push(pnn)
  return [...groups].map(([value, pnns]) => ({ value, pnns })).toSorted((a, b) => b.pnns.length - a.pnns.length)
}
