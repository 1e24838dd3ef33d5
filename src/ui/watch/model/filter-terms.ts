import type { AuditedFinding } from '../../../lib/audit/report.ts'
import { flagsText, type Pnn } from '../../../lib/cluster/node.ts'
import type { AddressState, NodeState } from '../../../lib/watch/cluster-state.ts'
import type { TimelineEntry } from '../../../lib/watch/timeline.ts'
import type { FilterTerms } from './filter.ts'

const nodeWords = (pnn: Pnn): string => `node${pnn}`

const flagWords = (flags: number): string[] => flagsText(flags).toLowerCase().split('|')

/** Ids of the checks that found something about an address, by address. */
export function checksByAddress(findings: readonly AuditedFinding[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const { id, addresses } of findings) {
    for (const address of addresses) {
      const ids = found.get(address)
      if (ids) ids.push(id)
      else found.set(address, [id])
    }
  }
  return found
}

/** Filter terms of an address: itself, its interface, its owner and the owner's flags, its state, and the checks that found something. */
export function addressTerms(
  nodes: readonly NodeState[],
  findings: readonly AuditedFinding[],
): (state: AddressState) => FilterTerms {
  const flags = new Map(nodes.map((node) => [node.pnn, flagWords(node.flags)]))
  const checks = checksByAddress(findings)
  return ({ address, owner, claims, interfaceName, kernel, awaySinceMs }) => {
    const pnns = owner === null || claims.includes(owner) ? claims : [owner, ...claims]
    return {
      addresses: [address.toLowerCase()],
      pnns,
      words: [
        kernel,
        ...(owner === null ? ['unowned', 'nobody'] : (flags.get(owner) ?? [])),
        ...pnns.map(nodeWords),
        ...(interfaceName === null ? [] : [interfaceName.toLowerCase()]),
        ...(awaySinceMs === null ? [] : ['away']),
        ...(checks.get(address) ?? []),
      ],
    }
  }
}

/** Filter terms of a node: its PNN, private address, flags, run state and interfaces. */
export const nodeTerms = ({ pnn, address, flags, runState, isLeader, links, blind }: NodeState): FilterTerms => ({
  addresses: [address.toLowerCase()],
  pnns: [pnn],
  words: [
    nodeWords(pnn),
    ...flagWords(flags),
    ...(runState === undefined ? [] : [runState.toLowerCase()]),
    ...(isLeader ? ['leader'] : []),
    ...(blind ? ['blind'] : []),
    ...links.map(({ name }) => name.toLowerCase()),
  ],
})

/** A cache, as entries never change and there are thousands of them. */
const knownEntryTerms = new WeakMap<TimelineEntry, FilterTerms>()

/** Filter terms of a timeline entry: its nodes, its addresses, its kind, and its whole text. */
export function entryTerms(entry: TimelineEntry): FilterTerms {
  const known = knownEntryTerms.get(entry)
  if (known) return known
  const { kind, what, text, cause = '', check = '', pnns, addresses } = entry
  const made: FilterTerms = {
    addresses: addresses.map((address) => address.toLowerCase()),
    pnns,
    words: [kind, ...pnns.map(nodeWords)],
    text: [what, text, cause, check].join('\n').toLowerCase(),
  }
  knownEntryTerms.set(entry, made)
  return made
}
