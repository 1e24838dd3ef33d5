import { flagsText, INACTIVE_FLAGS, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { isStarting } from '../cluster/run-state.ts'
import type { AddressRecord } from './address-record.ts'
import { type ChangeTime, isRecent, isUnfit, type NodeRecord } from './node-record.ts'
import type { Cause } from './user-actions.ts'
import { linkText, reloadCause } from './words.ts'

/** The latest cause; of those of the same moment the first. */
export const newest = (...causes: readonly (Cause | undefined)[]): Cause | undefined =>
  causes.reduce((latest, cause) => (cause && (latest === undefined || cause.atMs > latest.atMs) ? cause : latest), undefined)

/** Whether a node can host addresses again. */
export const hasRecovered = ({ flags, flagsBefore }: NodeRecord): boolean =>
  flagsBefore !== undefined && isUnfit(flagsBefore) && !isUnfit(flags)

/** A link of a node that recently came up, or went down. */
export function linkChange({ pnn, links, linkChanges }: NodeRecord, up: boolean, atMs: number): Cause | undefined {
  const link = links.find(({ name, linkUp }) => linkUp === up && isRecent(linkChanges.get(name)?.atMs, atMs))
  const change = linkChanges.get(link?.name ?? '')
  if (!link || !change) return undefined
  return { ...change, text: linkText(link.name, pnn, up) }
}

export const restartText = (pnn: Pnn): string => `the daemon of node ${pnn} was started again`

/** That a node's daemon was started again: what it owned before, it does not own any more. */
export const restartOf = ({ pnn, restart }: NodeRecord): Cause | undefined => restart && { ...restart, text: restartText(pnn) }

/** Something about a node that keeps addresses away from it. */
export interface Obstacle {
  /** When it came about; undefined if it was so when the watch began. */
  readonly change: ChangeTime | undefined
  readonly text: string
}

/**
 * Why a node cannot host any address, as it was last seen.
 * @param isOwnWord whether what it says of itself counts, before others know it.
 */
export function unfitness(node: NodeRecord, isOwnWord: boolean): Obstacle | undefined {
  const { pnn, runState } = node
  const { flags, change } = latestFlags(node, isOwnWord)
  // A daemon that has just started is unhealthy for that reason, and what it hosted before went with its start.
  if (isStarting(runState) && (flags & INACTIVE_FLAGS) === 0) {
    return { change: undefined, text: `node ${pnn} is in run state ${runState}` }
  }
  return isUnfit(flags) ? { change, text: `node ${pnn} ${change ? 'became' : 'is'} ${flagsText(flags)}` } : undefined
}

/** Its flags, by its own word or that of the others. It never says that it is disconnected. */
function latestFlags(
  { flags, flagsSinceMs, flagsAfterMs, own, answers }: NodeRecord,
  isOwnWord: boolean,
): Pick<NodeRecord, 'flags'> & Pick<Obstacle, 'change'> {
  const isOwnNewer = isOwnWord && own && answers && (flags & NODE_FLAG.DISCONNECTED) === 0 && own.flags !== flags
  if (isOwnNewer) return { flags: own.flags, change: own.afterMs === 0 ? undefined : own }
  return { flags, change: flagsSinceMs === null ? undefined : { afterMs: flagsAfterMs, atMs: flagsSinceMs } }
}

/** The link of an address's interface, if it is down. */
export function downLink({ interfaceName }: AddressRecord, { pnn, links, linkChanges }: NodeRecord): Obstacle | undefined {
  const link = links.find(({ name }) => name === interfaceName)
  if (!link || link.linkUp) return undefined
  const change = linkChanges.get(link.name)
  return { change, text: `link ${link.name} of node ${pnn} ${change ? 'went' : 'is'} down` }
}

/** A node does not know an address any more. */
export const lostKnowledge = ({ address }: AddressRecord, { pnn, known, knownSet }: NodeRecord): string | undefined =>
  known && !knownSet.has(address) ? reloadCause(pnn, false) : undefined
