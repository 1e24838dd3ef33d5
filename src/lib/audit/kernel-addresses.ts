import { hasFlag, INACTIVE_FLAGS, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { groupOf } from '../group-of.ts'
import { checkLocally, type LocalFinding } from '../recovery/local-check.ts'
import type { HostAddress } from '../snapshot/host-facts.ts'
import { unwellHosts } from '../snapshot/unwell-hosts.ts'
import { type Knowers, knownBy, knownIps, publicHeld } from './facts.ts'
import { compareAddresses } from './normal.ts'
import { ownerInKernel } from './shared-kernel.ts'
import type { View } from './view.ts'

/** Whether a node must not hold any public address. Up to 4.8 nodes that are disabled host them when no node is well. */
export function mayHoldNone(view: View, pnn: Pnn): boolean {
  const flags = { flags: view.flags(pnn) }
  if (view.isDaemonDead(pnn) || hasFlag(flags, INACTIVE_FLAGS)) return true
  return hasFlag(flags, NODE_FLAG.DISABLED) && !unwellHosts(view.snapshot).has(pnn)
}

/**
 * What the node's recovery daemon finds when it compares belief and kernel, with one addition: an address that only other nodes know as
 * public is treated as if this node knew it and nobody owned it. The recovery daemon itself does not see those addresses.
 */
export function localFindings(view: View, publics: ReadonlyMap<string, Knowers>, pnn: Pnn): LocalFinding[] {
  const known = view.need(pnn, 'known')
  const addresses = view.need(pnn, 'host.addresses')
  if (!known || !addresses) return []
  const own = new Set(known.map(({ address }) => address))
  const foreign = [...publics.keys()].filter((address) => !own.has(address)).map((address) => ({ address, owner: null }))
  return checkLocally(
    {
      pnn,
      flags: view.flags(pnn),
      interfaces: [],
      lastInterfaces: [],
      available: [],
      known: knownIps([...known, ...foreign]),
      held: new Set(addresses.map(({ address }) => address)),
    },
    'now',
  )
}

/** The public addresses in each kernel, each with all its entries on that node; see {@link heldForItself}. */
export function* publicAddressesHeld(view: View): Generator<{ pnn: Pnn; address: string; held: HostAddress[] }> {
  const publics = knownBy(view)
  for (const { pnn } of view.nodes) {
    const groups = new Map<string, HostAddress[]>()
    for (const held of heldForItself(view, publics, pnn) ?? []) groupOf(groups, held.address).push(held)
    for (const [address, held] of groups) yield { pnn, address, held }
  }
}

/** The public addresses in a node's kernel, without those that are there because their owner has the same kernel. Undefined if it was not seen. */
export const heldForItself = (view: View, publics: { has(address: string): boolean }, pnn: Pnn): HostAddress[] | undefined =>
  publicHeld(view, publics, pnn)?.filter(({ address }) => ownerInKernel(view, pnn, address) === undefined)

/** The interfaces of kernel addresses, each once. */
export const interfacesOf = (held: readonly HostAddress[]): string[] => [
  ...new Set(held.map(({ interfaceName }) => interfaceName)),
]

/** Kernel addresses, each once, in the order of addresses. */
export const eachAddressOnce = (held: readonly HostAddress[] = []): HostAddress[] =>
  [...new Map(held.map((each) => [each.address, each])).values()].toSorted((a, b) => compareAddresses(a.address, b.address))
