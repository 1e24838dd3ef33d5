import { parseIp } from '../address/ip-text.ts'
import { inNetwork } from '../audit/network.ts'
import { normalSnapshot } from '../audit/normal.ts'
import type { Pnn } from '../cluster/node.ts'
import { groupOf } from '../group-of.ts'
import type { PlannedQuestion } from '../host/probe-script.ts'
import type { HostAddress, HostFacts } from '../snapshot/host-facts.ts'
import type { NodeFacts, Snapshot } from '../snapshot/snapshot.ts'

/** How many nodes ask about one address. */
const ASKERS = 2

/** The addresses and links of a machine. */
export type MachineNetwork = Pick<HostFacts, 'addresses' | 'links'>

/** The public addresses that any node knows, in normal form. */
export const publicAddressesOf = (snapshot: Snapshot): Set<string> =>
  new Set(normalSnapshot(snapshot).nodes.flatMap(({ known = [] }) => known.map(({ address }) => address)))

/**
 * Which nodes ask for which addresses: for each address two nodes whose kernels do not have it, if there are so many, on a working interface of
 * its network. That is the one on which the node could host the address, or one that has another address of that network. ARP comes from a fixed
 * address of the interface in that network, as questions of clients do; without one, from no address, which those that answer for others ignore.
 * @param addresses in normal form.
 */
export function planQuestions(snapshot: Snapshot, addresses: Iterable<string>): ReadonlyMap<Pnn, PlannedQuestion[]> {
  const { nodes } = normalSnapshot(snapshot)
  const publics = publicAddressesOf(snapshot)
  const plan = new Map<Pnn, PlannedQuestion[]>()
  for (const [index, address] of [...addresses].entries()) {
    const able = nodes.flatMap((facts) => {
      const question = questionOf(facts, address, publics)
      return question ? [{ pnn: facts.pnn, question }] : []
    })
    for (let nth = 0; nth < Math.min(ASKERS, able.length); nth++) {
      const asker = able[(index + nth) % able.length]
      if (asker) groupOf(plan, asker.pnn).push(asker.question)
    }
  }
  return plan
}

/** The questions of a machine that is no node, if it is on the networks of addresses. @param addresses in normal form. */
export function outsideQuestions(snapshot: Snapshot, host: MachineNetwork, addresses: Iterable<string>): PlannedQuestion[] {
  const publics = publicAddressesOf(snapshot)
  return [...addresses].flatMap((address) => questionOf({ host }, address, publics) ?? [])
}

/** How a machine asks for an address; undefined if it cannot, or has the address. */
function questionOf(
  { known, host }: Pick<NodeFacts, 'known'> & { readonly host?: MachineNetwork | undefined },
  address: string,
  publics: ReadonlySet<string>,
): PlannedQuestion | undefined {
  const { addresses = [], links = [] } = host ?? {}
  if (addresses.length === 0 || addresses.some((held) => held.address === address)) return undefined
  const configured = known?.find((each) => each.address === address)?.interfaces ?? []
  const ofNetwork = addresses.filter((held) => held.scope === 'global' && hasInNetwork(held, address))
  const works = (name: string) => links.some((link) => link.name === name && link.up && link.carrier)
  for (const interfaceName of [...configured, ...ofNetwork.map((held) => held.interfaceName)].filter(works)) {
    const isThere = (held: HostAddress) => held.interfaceName === interfaceName && !held.tentative && !held.dadFailed
    // Not a public one, which may be about to move.
    const own = ofNetwork.find((held) => isThere(held) && !publics.has(held.address))?.address ?? '0.0.0.0'
    const linkLocal = addresses.find(
      (held) => isThere(held) && held.scope === 'link' && held.address.startsWith('fe80:'),
    )?.address
    const source = address.includes(':') ? linkLocal : own
    if (source !== undefined) return { address, interfaceName, source }
  }
  return undefined
}

function hasInNetwork({ address, maskBits }: HostAddress, other: string): boolean {
  const network = parseIp(address)
  return network !== undefined && inNetwork(other, network, maskBits)
}
