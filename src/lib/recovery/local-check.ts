import type { Era } from '../cluster/era.ts'
import type { KnownIp } from '../cluster/merge-ips.ts'
import { type Pnn, UNKNOWN_PNN } from '../cluster/node.ts'

/** An interface, as the check compares it with the previous check. */
export interface CheckedInterface {
  readonly name: string
  readonly linkState: number
}

/** What a recovery daemon knows about its own node when it checks it. */
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

/** A fault that only a takeover run can correct. */
export type LocalFinding =
  | { readonly kind: 'interfacesFirst' }
  | { readonly kind: 'interfaceCount'; readonly before: number; readonly after: number }
  | { readonly kind: 'interfaceChanged'; readonly name: string; readonly before: number; readonly after: number }
  /** No node owns it, and this node could. */
  | { readonly kind: 'unassigned'; readonly address: string }
  /** This node owns it, but its kernel does not have it. */
  | { readonly kind: 'missing'; readonly address: string }
  /** This node's kernel has it, but the node does not own it. */
  | { readonly kind: 'unexpected'; readonly address: string }

/**
 * Compares what a daemon believes with what its kernel has, as each recovery daemon does about once a second. In 2017 it used the known
 * addresses where today's uses the available ones.
 */
export function checkLocally(facts: LocalFacts, era: Era): LocalFinding[] {
  const candidates = era === 'now' ? facts.available : facts.known
  const unassigned = candidates
    .filter(({ pnn }) => pnn === UNKNOWN_PNN && facts.flags === 0)
    .map(({ address: { address } }): LocalFinding => ({ kind: 'unassigned', address }))
  const kernel = facts.known.flatMap(({ pnn, address: { address } }): LocalFinding[] => {
    const held = facts.held.has(address)
    if (pnn === facts.pnn) return held ? [] : [{ kind: 'missing', address }]
    // In 2017 the check stopped at "not assigned".
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
