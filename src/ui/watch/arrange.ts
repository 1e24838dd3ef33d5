import type { AuditedFinding } from '../../lib/audit/report.ts'
import type { AddressState, NodeState } from '../../lib/watch/story.ts'
import { checksByAddress } from './findable.ts'
import type { Grouping, Sort } from './model.ts'
import { subnetOf } from './subnet.ts'

/** A group of addresses, in the words of its heading. */
export interface AddressGroup {
  /** `g:2` for node 2, `g:-` for nobody's, `g:10.0.0.0/24` for a subnet. */
  readonly key: string
  readonly label: string
  readonly node?: NodeState | undefined
  readonly members: readonly AddressState[]
}

/** Addresses in an order; those that are equal in it stay in that of `ip`. */
export function sortAddresses(
  addresses: readonly AddressState[],
  sort: Sort,
  findings: readonly AuditedFinding[],
): readonly AddressState[] {
  if (sort === 'address') return addresses
  if (sort === 'owner') return addresses.toSorted((a, b) => (a.owner ?? -1) - (b.owner ?? -1))
  if (sort === 'since') return addresses.toSorted((a, b) => (b.sinceMs ?? 0) - (a.sinceMs ?? 0))
  const checks = checksByAddress(findings)
  const trouble = new Map(addresses.map((state) => [state, troubleOf(state, checks.has(state.address))]))
  return addresses.toSorted((a, b) => (trouble.get(b) ?? 0) - (trouble.get(a) ?? 0))
}

/** How bad things are with an address; 0 for not at all. */
function troubleOf({ owner, claims, kernel }: AddressState, isFound: boolean): number {
  if (claims.length > 1 || kernel === 'missing' || kernel === 'elsewhere' || kernel === 'twice') return 4
  if (owner === null || kernel === 'stray') return 3
  if (isFound) return 2
  return kernel === 'unseen' ? 1 : 0
}

/**
 * Addresses by node or by subnet, in each group in the order in which they come. What nobody owns is first, as somebody has to look at it.
 * @param withEmpty nodes that own nothing have a heading too.
 */
export function groupAddresses(
  addresses: readonly AddressState[],
  grouping: Exclude<Grouping, 'none'>,
  nodes: readonly NodeState[],
  withEmpty: boolean,
): readonly AddressGroup[] {
  return grouping === 'subnet' ? bySubnet(addresses) : byNode(addresses, nodes, withEmpty)
}

function byNode(addresses: readonly AddressState[], nodes: readonly NodeState[], withEmpty: boolean): readonly AddressGroup[] {
  const members = Map.groupBy(addresses, ({ owner }) => owner)
  const known = new Map(nodes.map((node) => [node.pnn, node]))
  const pnns = new Set([...(withEmpty ? known.keys() : []), ...[...members.keys()].filter((owner) => owner !== null)])
  const nobodys = members.get(null)
  return [
    ...(nobodys ? [{ key: 'g:-', label: 'nobody', members: nobodys }] : []),
    ...[...pnns]
      .toSorted((a, b) => a - b)
      .map((pnn) => ({ key: `g:${pnn}`, label: `node ${pnn}`, node: known.get(pnn), members: members.get(pnn) ?? [] })),
  ]
}

function bySubnet(addresses: readonly AddressState[]): readonly AddressGroup[] {
  const groups = [...Map.groupBy(addresses, ({ address }) => subnetOf(address))]
  return groups
    .map(([label, members]) => ({ key: `g:${label}`, label, members }))
    .toSorted((a, b) => a.label.localeCompare(b.label, 'en', { numeric: true }))
}
