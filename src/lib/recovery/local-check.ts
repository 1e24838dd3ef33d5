import type { KnownIp } from '../cluster/merge-ips.ts'
import { type Pnn, UNKNOWN_PNN } from '../cluster/node.ts'
import type { Era } from '../log/entry.ts'

/** An interface, as the check compares it with the time before. */
export interface CheckedInterface {
  readonly name: string
  readonly linkState: number
}

/** What a recovery daemon knows of its own node when it checks it. */
export interface LocalFacts {
  readonly pnn: Pnn
  /** The node's own flags. */
  readonly flags: number
  readonly interfaces: readonly CheckedInterface[]
  /** Those of the last check; undefined at the first. */
  readonly lastInterfaces: readonly CheckedInterface[] | undefined
  readonly available: readonly KnownIp[]
  readonly known: readonly KnownIp[]
  /** What the kernel holds. */
  readonly held: ReadonlySet<string>
}

/** Something that only a takeover run can put right. */
export type LocalFinding =
  | { readonly kind: 'interfacesFirst' }
  | { readonly kind: 'interfaceCount'; readonly before: number; readonly after: number }
  | { readonly kind: 'interfaceChanged'; readonly name: string; readonly before: number; readonly after: number }
  /** Nobody owns it, and this node could. */
  | { readonly kind: 'unassigned'; readonly address: string }
  /** This node owns it, and does not have it. */
  | { readonly kind: 'missing'; readonly address: string }
  /** This node has it, and does not own it. */
  | { readonly kind: 'unexpected'; readonly address: string }

/**
 * What is wrong on a node between what its daemon believes and what its kernel has: the check that each recovery daemon makes, about once a
 * second. In 2017 it went by the known addresses where today's goes by the available ones.
 */
export function checkLocally(facts: LocalFacts, era: Era): LocalFinding[] {
  const candidates = era === 'now' ? facts.available : facts.known
  const unassigned = candidates
    .filter(({ pnn }) => pnn === UNKNOWN_PNN && facts.flags === 0)
    .map(({ address: { address } }): LocalFinding => ({ kind: 'unassigned', address }))
  const kernel = facts.known.flatMap(({ pnn, address: { address } }): LocalFinding[] => {
    const held = facts.held.has(address)
    if (pnn === facts.pnn) return held ? [] : [{ kind: 'missing', address }]
    // 2017's check stopped at "not assigned".
    if (!held || (era === '2017' && pnn === UNKNOWN_PNN && facts.flags === 0)) return []
    return [{ kind: 'unexpected', address }]
  })
  return [...interfaceFindings(facts), ...unassigned, ...kernel]
}

function interfaceFindings({ interfaces, lastInterfaces }: LocalFacts): LocalFinding[] {
  if (!lastInterfaces) return [{ kind: 'interfacesFirst' }]
  if (lastInterfaces.length !== interfaces.length) {
    return [{ kind: 'interfaceCount', before: lastInterfaces.length, after: interfaces.length }]
  }
  return interfaces.flatMap(({ name, linkState }, index) => {
    const last = lastInterfaces[index]
    if (last?.name === name && last.linkState === linkState) return []
    return [{ kind: 'interfaceChanged', name, before: last?.linkState ?? 0, after: linkState }]
  })
}
