import type { AuditedFinding } from '../../lib/audit/report.ts'
import { flagsText, type Pnn } from '../../lib/cluster/node.ts'
import type { AddressState, NodeState } from '../../lib/watch/story.ts'
import type { TimelineEntry } from '../../lib/watch/timeline.ts'
import type { Findable } from './search.ts'

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

/** How each address is found: by itself, its interface, its owner and the owner's flags, its state, the checks that found something. */
export function findableAddresses(
  nodes: readonly NodeState[],
  findings: readonly AuditedFinding[],
): (state: AddressState) => Findable {
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

/** How a node is found: by itself, its private address, flags, run state and interfaces. */
export const findableNode = ({ pnn, address, flags, runState, isLeader, links, blind }: NodeState): Findable => ({
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

/** Entries never change, and there are thousands of them. */
const findableEntries = new WeakMap<TimelineEntry, Findable>()

/** How an entry of the timeline is found: by its nodes, its addresses, its kind, and all of its words. */
export function findableEntry(entry: TimelineEntry): Findable {
  const known = findableEntries.get(entry)
  if (known) return known
  const { kind, what, text, cause = '', check = '', pnns, addresses } = entry
  const made: Findable = {
    addresses: addresses.map((address) => address.toLowerCase()),
    pnns,
    words: [kind, ...pnns.map(nodeWords)],
    text: [what, text, cause, check].join('\n').toLowerCase(),
  }
  findableEntries.set(entry, made)
  return made
}
