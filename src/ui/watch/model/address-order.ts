import type { AuditedFinding } from '../../../lib/audit/report.ts'
import type { AddressState, NodeState } from '../../../lib/watch/cluster-state.ts'
import { checksByAddress } from './filter-terms.ts'
import type { Grouping, Sort } from './model.ts'
import { subnetOf } from './subnet.ts'

/** A group of addresses and its heading. */
export interface AddressGroup {
  /** `g:2` for node 2, `g:-` for addresses without an owner, `g:10.0.0.0/24` for a subnet. */
  readonly key: string
  readonly label: string
  readonly node?: NodeState | undefined
  readonly members: readonly AddressState[]
}

/** Sorts addresses. Addresses that compare equal keep the order of `ctdb ip`. */
export function sortAddresses(
  addresses: readonly AddressState[],
  sort: Sort,
  findings: readonly AuditedFinding[],
): readonly AddressState[] {
  if (sort === 'address') return addresses
  if (sort === 'owner') return addresses.toSorted((a, b) => (a.owner ?? -1) - (b.owner ?? -1))
  if (sort === 'since') return addresses.toSorted((a, b) => (b.sinceMs ?? 0) - (a.sinceMs ?? 0))
  const checks = checksByAddress(findings)
  const severity = new Map(addresses.map((state) => [state, severityOf(state, checks.has(state.address))]))
  return addresses.toSorted((a, b) => (severity.get(b) ?? 0) - (severity.get(a) ?? 0))
}

/** How severe the fault of an address is; 0 without one. */
function severityOf({ owner, claims, kernel }: AddressState, isFound: boolean): number {
  if (claims.length > 1 || kernel === 'missing' || kernel === 'elsewhere' || kernel === 'twice') return 4
  if (owner === null || kernel === 'stray') return 3
  if (isFound) return 2
  return kernel === 'unseen' ? 1 : 0
}

/**
 * Groups addresses by node or by subnet; within a group they keep their order. Addresses without an owner come first: they need attention.
 * @param withEmpty whether nodes that own no address get a heading too.
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
  const unowned = members.get(null)
  return [
    ...(unowned ? [{ key: 'g:-', label: 'nobody', members: unowned }] : []),
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
