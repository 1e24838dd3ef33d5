import { publicSocketAddress } from '../address/socket-address.ts'
import { type AddressFileReading, readPublicAddresses } from '../cluster/address-files.ts'
import type { KnownIp } from '../cluster/merge-ips.ts'
import { hasFlag, NODE_FLAG, type Pnn, UNKNOWN_PNN } from '../cluster/node.ts'
import { nodesText } from '../cluster/node-text.ts'
import { groupOf } from '../group-of.ts'
import { onceFor } from '../once-for.ts'
import type { HostAddress } from '../snapshot/host-facts.ts'
import type { KnownAddress, Snapshot } from '../snapshot/snapshot.ts'
import type { Finding } from './finding.ts'
import { compareAddresses, normalAddress } from './normal.ts'
import type { Claim } from './outlook.ts'
import type { View } from './view.ts'

// Each piece of evidence begins with the place where the administrator can see it.
export const said = (pnn: Pnn, what: string): string => `CTDB on node ${pnn}: ${what}`
export const saidByNodes = (pnns: readonly Pnn[], what: string): string => `CTDB on ${nodesText(pnns)}: ${what}`
export const kernelHas = (pnn: Pnn, what: string): string => `kernel of node ${pnn}: ${what}`
export const fileHas = (pnn: Pnn, what: string): string => `file on node ${pnn}: ${what}`

/** The outlook of what makes ctdbd reject its public addresses file, on a node whose daemon is dead. */
export const rejectsItsFile = (pnn: Pnn, file = 'the public addresses file'): Claim[] => [
  {
    kind: 'daemon-ends',
    pnns: [pnn],
    after: { on: 'start', pnn },
    because: `it rejects ${file}, and ends at once`,
  },
]

/** The evidence that a node's daemon is dead. */
export const daemonIsDead = (pnn: Pnn): string => said(pnn, 'does not answer on its own socket')

/** Whether a finding is about a node whose daemon is dead. */
export const isOfDeadDaemon = ({ subject, evidence }: Pick<Finding, 'subject' | 'evidence'>): boolean =>
  subject.pnn !== undefined && evidence.includes(daemonIsDead(subject.pnn))

export const ownerText = (owner: Pnn | null): string => (owner === null ? 'nobody' : `node ${owner}`)

/** The nodes that know an address, each with what it knows. */
export type Knowers = readonly { readonly pnn: Pnn; readonly known: KnownAddress }[]

/** The knowers of each address, in the order of addresses. Notes the nodes that did not report their addresses as missing. */
export function knownBy(view: View): ReadonlyMap<string, Knowers> {
  for (const { pnn } of view.nodes) view.need(pnn, 'known')
  return knowersIn(view.snapshot)
}

/** Cached: most checks need it, and it takes time for thousands of addresses. */
const knowersIn = onceFor(({ nodeMap, nodes }: Snapshot): ReadonlyMap<string, Knowers> => {
  const facts = new Map(nodes.map((each) => [each.pnn, each]))
  const groups = new Map<string, { readonly pnn: Pnn; readonly known: KnownAddress }[]>()
  for (const { pnn } of nodeMap.filter((node) => !hasFlag(node, NODE_FLAG.DELETED))) {
    for (const known of facts.get(pnn)?.known ?? []) groupOf(groups, known.address).push({ pnn, known })
  }
  return new Map([...groups].toSorted(([a], [b]) => compareAddresses(a, b)))
})

/** Whether a node's own daemon says that the node owns an address; undefined if it has not said what it knows. */
export const saysItOwns = (view: View, pnn: Pnn, address: string): boolean | undefined =>
  view.peek(pnn, 'known')?.some((known) => known.address === address && known.owner === pnn)

/** The nodes that claim each address. */
export function claimsOf(view: View): Map<string, Pnn[]> {
  const claims = [...knownBy(view)].map(
    ([address, knowers]) => [address, knowers.filter(({ pnn, known }) => known.owner === pnn).map(({ pnn }) => pnn)] as const,
  )
  return new Map(claims)
}

/** The public addresses in a node's kernel: those that any node knows as public. Undefined if the kernel was not seen. */
export function publicHeld(view: View, publics: { has(address: string): boolean }, pnn: Pnn): HostAddress[] | undefined {
  return view.need(pnn, 'host.addresses')?.filter(({ address }) => publics.has(address))
}

/** `10.0.0.1/24 on eth1`. */
export const heldText = ({ address, maskBits, interfaceName }: HostAddress): string =>
  `has ${address}/${maskBits} on ${interfaceName}`

/** A node's public addresses file. A missing file lists nothing. */
export function addressFile(view: View, pnn: Pnn): AddressFileReading | undefined {
  const text = view.need(pnn, 'host.publicAddressesFile')
  return text === undefined ? undefined : readingIn(view.snapshot)(text)
}

/** Cached by text: many checks read the files, and in most clusters all nodes have the same file. */
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

/** The addresses that are in one list but not in the other, in the order of addresses. */
export function onlyIn(list: readonly string[], other: readonly string[]): string[] {
  const others = new Set(other)
  return list.filter((address) => !others.has(address)).toSorted(compareAddresses)
}

/** The known addresses of a node, in the form that its recovery daemon compares. */
export const knownIps = (known: readonly Pick<KnownAddress, 'address' | 'owner'>[]): KnownIp[] =>
  known.map(({ address, owner }) => ({ address: publicSocketAddress(address), pnn: owner ?? UNKNOWN_PNN }))

/** Whether two lists have the same members, in any order. */
export const sameMembers = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && new Set([...a, ...b]).size === new Set(a).size

/** The different values, each with the nodes that have it, the most common first. */
export function byValue<T>(entries: readonly (readonly [pnn: Pnn, value: T])[]): { readonly value: T; readonly pnns: Pnn[] }[] {
  const groups = new Map<T, Pnn[]>()
  for (const [pnn, value] of entries) groupOf(groups, value).push(pnn)
  return [...groups].map(([value, pnns]) => ({ value, pnns })).toSorted((a, b) => b.pnns.length - a.pnns.length)
}
