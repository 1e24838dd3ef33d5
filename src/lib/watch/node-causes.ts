import { flagsText, INACTIVE_FLAGS } from '../cluster/node.ts'
import { isStarting } from '../cluster/run-state.ts'
import type { AddressRecord } from './address-record.ts'
import { isRecent, isUnfit, type NodeRecord } from './node-record.ts'
import type { Cause } from './user-actions.ts'

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
  return { ...change, text: `link ${link.name} of node ${pnn} ${up ? 'came up' : 'went down'}` }
}

/** Why a node cannot host any address. */
export function unfitness({ pnn, flags, flagsSinceMs, runState }: NodeRecord): string | undefined {
  // A daemon that has just started is unhealthy for that reason, and what it hosted before went with its start.
  if (isStarting(runState) && (flags & INACTIVE_FLAGS) === 0) return `node ${pnn} is in run state ${runState}`
  return isUnfit(flags) ? `node ${pnn} ${flagsSinceMs === null ? 'is' : 'became'} ${flagsText(flags)}` : undefined
}

/** The link of an address's interface, if it is down. */
export function downLink({ interfaceName }: AddressRecord, { pnn, links, linkChanges }: NodeRecord): string | undefined {
  const link = links.find(({ name }) => name === interfaceName)
  if (!link || link.linkUp) return undefined
  return `link ${link.name} of node ${pnn} ${linkChanges.has(link.name) ? 'went' : 'is'} down`
}

/** A node does not know an address any more. */
export const lostKnowledge = ({ address }: AddressRecord, { pnn, known, knownSet }: NodeRecord): string | undefined =>
  known && !knownSet.has(address) ? `after a reload, node ${pnn} does not know it any more` : undefined
