import { parseIp } from '../address/ip-text.ts'
import { flagsText, hasFlag, INACTIVE_FLAGS, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import type { HostAddress } from '../snapshot/host-facts.ts'
import { saysItOwns } from './facts.ts'
import { networkText } from './network.ts'
import { normalAddress } from './normal.ts'
import { type Action, type CheckedFact, checkedFact } from './remedy.ts'
import { mayBeOfAnother, othersInKernel } from './shared-kernel.ts'
import type { View } from './view.ts'

/** The network that an address is in, by its own prefix length: `10.9.0.0/24`. */
export const networkOf = ({ address, maskBits }: HostAddress): string => {
  const ip = parseIp(address)
  return ip ? networkText(ip, maskBits) : address
}

/** The addresses that a kernel deletes together with an address, unless promote_secondaries is set. */
export function secondariesOf(primary: HostAddress, all: readonly HostAddress[]): HostAddress[] {
  const isIpv4 = ({ address }: HostAddress) => parseIp(address)?.family === 'ipv4'
  if (primary.secondary || !isIpv4(primary)) return []
  const network = networkOf(primary)
  return all.filter(
    (held) => held.secondary && isIpv4(held) && held.interfaceName === primary.interfaceName && networkOf(held) === network,
  )
}

/**
 * How to remove an address from a node's kernel without harm; empty if this audit cannot rule out that the node is the rightful owner.
 * @param held the entries of that kernel to remove, all of one address.
 */
export function removal(view: View, pnn: Pnn, held: readonly HostAddress[]): Action[] {
  const checked = whyNotItsOwn(view, pnn, held[0]?.address ?? '')
  return checked === undefined ? [] : removing(view, pnn, held, checked)
}

/**
 * Removes entries of one address from a node's kernel. Empty for the private address of that node, without which it is cut off: see
 * public-private-overlap. Empty also if that kernel is shared with another node that may own the address.
 */
export function removing(view: View, pnn: Pnn, held: readonly HostAddress[], checked: CheckedFact): Action[] {
  const own = view.nodes.find((node) => node.pnn === pnn)?.address ?? ''
  if (held.some(({ address }) => address === normalAddress(own) || mayBeOfAnother(view, pnn, address))) return []
  return [...keepingSecondaries(view, pnn, held), { kind: 'remove', pnn, held, checked }]
}

/** What the release of an address brings that a kernel has twice. From 10.interface and ctdbd, 4.17 to 4.25. */
export const ONE_AT_A_TIME =
  'CTDB only checks that the kernel has the address; the script removes one entry at a time, so the release fails at first, and the takeover run is repeated'

/** What keeps the kernel from deleting other addresses with these. */
function keepingSecondaries(view: View, pnn: Pnn, held: readonly HostAddress[]): Action[] {
  const all = view.peek(pnn, 'host.addresses') ?? []
  const promoting = view.peek(pnn, 'host.promoteSecondaries') ?? []
  const names = held.filter((each) => secondariesOf(each, all).length > 0).map(({ interfaceName }) => interfaceName)
  return [...new Set(names)]
    .filter((name) => !promoting.includes(name))
    .map((interfaceName): Action => ({ kind: 'keep-secondaries', pnn, interfaceName }))
}

/** Why a node is not the rightful owner of an address that its kernel has; undefined if it may be. */
function whyNotItsOwn(view: View, pnn: Pnn, address: string): CheckedFact | undefined {
  const isWhole =
    view.views.groups.length < 2 && view.views.cutOff.length === 0 && view.nodes.every((node) => !view.isOutOfSight(node.pnn))
  if (!isWhole) return undefined
  const others = view.nodes.map((node) => node.pnn).filter((other) => other !== pnn)
  const claimants = others.filter((other) => saysItOwns(view, other, address) === true)
  const isDead = view.isDaemonDead(pnn)
  const flags = view.flags(pnn)
  // A daemon that only hangs is still the owner until the others take it for dead.
  if (isDead && !hasFlag({ flags }, NODE_FLAG.DISCONNECTED)) return undefined
  // The end of a ban takes its time to become known to the others.
  const own = view.peek(pnn, 'nodeMap')?.find((entry) => entry.pnn === pnn)?.flags ?? flags
  const mayOwn = !isDead && !(hasFlag({ flags }, INACTIVE_FLAGS) && hasFlag({ flags: own }, INACTIVE_FLAGS))
  if (mayOwn && saysItOwns(view, pnn, address) !== false) return undefined
  const [owner] = claimants
  if (claimants.length === 1 && owner !== undefined && holds(view, owner, address)) {
    return checkedFact(`node ${owner} owns it and has it`)
  }
  // Another node with the same kernel may be about to take it.
  if (mayOwn || othersInKernel(view, pnn).length > 0) return undefined
  return checkedFact(isDead ? `node ${pnn} has no daemon and is disconnected` : `node ${pnn} is ${flagsText(flags)}`)
}

const holds = (view: View, pnn: Pnn, address: string): boolean =>
  view.peek(pnn, 'host.addresses')?.some((held) => held.address === address && !held.tentative && !held.dadFailed) === true
