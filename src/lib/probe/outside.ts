import { normalAddress } from '../audit/normal.ts'
import type { Neighbour, NetworkQuestion, OutsideFacts } from '../snapshot/host-facts.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { type MachineNetwork, publicAddressesOf } from './plan.ts'

/**
 * Whether a machine is none of the nodes, as far as that is known: it has none of their private addresses, and no interface with a link address of
 * theirs.
 */
export function isOutside(snapshot: Snapshot, { addresses = [], links }: MachineNetwork): boolean {
  const privates = new Set(snapshot.nodeMap.map(({ address }) => normalAddress(address)))
  const macs = macsOfNodes(snapshot)
  return (
    links !== undefined &&
    !addresses.some(({ address }) => privates.has(normalAddress(address))) &&
    !links.some(({ mac }) => mac !== undefined && macs.has(mac))
  )
}

/**
 * What a machine outside of the cluster sees of public addresses, on the networks that are those of nodes: an interface where a link address of a
 * node was seen. Other networks may have the same addresses.
 * @param neighbours its whole neighbour table.
 * @param questions what it asked, if it did. Those that it could not ask are left out: nodes ask, too.
 */
export function seenOutside(
  snapshot: Snapshot,
  neighbours: readonly Neighbour[],
  questions?: readonly NetworkQuestion[],
): OutsideFacts {
  const publics = publicAddressesOf(snapshot)
  const macs = macsOfNodes(snapshot)
  const answers = questions?.flatMap(({ interfaceName, macs: answering = [] }) =>
    answering.map((mac) => ({ interfaceName, mac })),
  )
  const seen = [...neighbours, ...(answers ?? [])].filter(({ mac }) => macs.has(mac))
  const shared = new Set(seen.map(({ interfaceName }) => interfaceName))
  return {
    neighbours: neighbours.filter(({ address, interfaceName }) => publics.has(address) && shared.has(interfaceName)),
    ...(questions && {
      questions: questions.filter(({ interfaceName, macs: answering }) => answering && shared.has(interfaceName)),
    }),
  }
}

/** The link addresses of all interfaces of the nodes. */
const macsOfNodes = ({ nodes }: Snapshot): ReadonlySet<string> =>
  new Set(nodes.flatMap(({ host }) => host?.links?.flatMap(({ mac }) => mac ?? []) ?? []))
