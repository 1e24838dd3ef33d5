import type { Pnn } from '../cluster/node.ts'
import { groupOf } from '../group-of.ts'
import type { NodeFacts, Snapshot } from '../snapshot/snapshot.ts'
import { normalAddress } from './normal.ts'

/** A message about moving addresses: TAKE_IP, RELEASE_IP, IPREALLOCATED, RECONFIGURE. */
export interface Movement {
  /** Absent if the message names none: then any address may have moved. */
  readonly address?: string | undefined
}

/**
 * What moved in a cluster from one sample to the next. If something did, a finding in both samples may still be transient.
 * @param heard messages received between the two.
 * @returns a function that says what moved for the addresses of a finding; undefined if nothing did.
 */
export function movementBetween(
  before: Snapshot,
  after: Snapshot,
  heard: readonly Movement[],
): (addresses: readonly string[]) => string | undefined {
  const anywhere = heard.some(({ address }) => address === undefined)
    ? 'a takeover run was in progress'
    : recoveryBetween(before, after)
  const touched = new Set(heard.flatMap(({ address }) => (address === undefined ? [] : [normalAddress(address)])))
  const [ownersBefore, ownersAfter] = [ownersOf(before), ownersOf(after)]
  return (addresses) => {
    if (anywhere !== undefined) return anywhere
    const moved = addresses.find((address) => touched.has(address) || ownersBefore.get(address) !== ownersAfter.get(address))
    return moved === undefined ? undefined : `${moved} was being moved`
  }
}

function recoveryBetween(before: Snapshot, after: Snapshot): string | undefined {
  if (before.leader.pnn !== after.leader.pnn) return 'the leader changed'
  for (const facts of after.nodes) {
    const earlier = before.nodes.find(({ pnn }) => pnn === facts.pnn)
    if (earlier && recoveryState(earlier) !== recoveryState(facts)) return `node ${facts.pnn} went through a recovery`
  }
  return undefined
}

const recoveryState = ({ vnnMap, recoveryMode, times }: NodeFacts): string =>
  JSON.stringify([vnnMap?.generation, recoveryMode, times?.lastRecoveryStarted, times?.lastRecoveryFinished])

/** The owners that the nodes believe in, for each address. */
function ownersOf({ nodes }: Snapshot): Map<string, string> {
  const beliefs = new Map<string, [Pnn, Pnn | null][]>()
  for (const { pnn, known } of nodes) {
    for (const { address, owner } of known ?? []) {
      const key = normalAddress(address)
      groupOf(beliefs, key).push([pnn, owner])
    }
  }
  return new Map([...beliefs].map(([address, list]) => [address, JSON.stringify(list)]))
}
