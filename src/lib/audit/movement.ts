import type { Pnn } from '../cluster/node.ts'
import type { NodeFacts, Snapshot } from '../snapshot/snapshot.ts'
import { groupOf } from './facts.ts'
import { normalAddress } from './normal.ts'

/** A message that tells of addresses being moved: TAKE_IP, RELEASE_IP, IPREALLOCATED, RECONFIGURE. */
export interface Movement {
  /** Absent when the message names none: it may be any. */
  readonly address?: string | undefined
}

/**
 * What moved in a cluster from one sample to the next, so that what both found may still be of the moment.
 * @param heard messages that were heard between the two.
 * @returns for an address (or for none in particular) what moved, in words; undefined when nothing did.
 */
export function movementBetween(
  before: Snapshot,
  after: Snapshot,
  heard: readonly Movement[],
): (addresses: readonly string[]) => string | undefined {
  const anywhere = heard.some(({ address }) => address === undefined)
    ? 'a takeover run was under way'
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

/** What all nodes together believe of the owner of each address. */
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
