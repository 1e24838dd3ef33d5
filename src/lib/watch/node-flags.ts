import { flagsText, hasFlag, INACTIVE_FLAGS, isActive, NODE_FLAG } from '../cluster/node.ts'
import { isStarting } from '../cluster/run-state.ts'
import type { NodeFacts } from '../snapshot/snapshot.ts'
import { durationText } from './duration.ts'
import { isUnfit, type NodeRecord } from './node-record.ts'
import type { NodeTools } from './node-sample.ts'
import type { Tone } from './timeline.ts'
import { takeUnexplainedMoves, UNEXPLAINED_MS } from './unexplained-moves.ts'
import { addressesWords, becameText } from './words.ts'

/** The flags that a node has now. */
interface NewFlags {
  readonly flags: number
  /** Nothing was known of it before: when they changed, and what they were meanwhile, is not known. */
  readonly wasOutOfSight: boolean
}

/** Records and reports new flags of a node. */
export function changeFlags(
  node: NodeRecord,
  { flags, wasOutOfSight }: NewFlags,
  facts: NodeFacts | undefined,
  tools: NodeTools,
): void {
  const { atMs, causes, writer } = tools
  const { pnn, flags: before, flagsSinceMs, own } = node
  node.flags = flags
  node.flagsBefore = before
  node.flagsSinceMs = atMs
  node.flagsAfterMs = wasOutOfSight ? Number.NEGATIVE_INFINITY : changedAfter(flags, own, tools)
  noteUnfitness(node, before)
  const awayMs = flags === 0 && flagsSinceMs !== null && !wasOutOfSight ? atMs - flagsSinceMs : undefined
  // A daemon that has just started is unhealthy because of that, and so it is not why addresses left.
  const addresses =
    wasOutOfSight || (isUnfit(flags) && isStarting(facts?.runState)) ? [] : movedAddresses(node, flagsSinceMs, tools)
  const lasted = wasOutOfSight ? ' when last seen' : awayMs === undefined ? '' : ` for ${durationText(awayMs)}`
  const was = `it was ${flagsText(before)}${lasted}`
  const moved =
    addresses.length === 0 ? '' : `; meanwhile ${addressesWords(addresses)} ${isUnfit(flags) ? 'left it' : 'came to it'}`
  const cause = causes.whyFlagsChanged(node, before, atMs)
  writer.add(atMs, {
    kind: 'health',
    what: whatOf(flags),
    text: `${becameText(pnn, flags)}; ${was}${moved}`,
    tone: toneOf(before, flags),
    pnns: [pnn],
    addresses,
    ...(cause !== undefined && { cause }),
    ...(awayMs !== undefined && { awayMs }),
  })
}

/** Records since when a node has no addresses, if it is unfit for them. */
function noteUnfitness(node: NodeRecord, before: number): void {
  const { flags, flagsAfterMs } = node
  if (!isActive(node)) node.unfitAfterMs = undefined
  else if (isUnfit(flags) && !isUnfit(before)) node.unfitAfterMs = flagsAfterMs
}

/** After when a node got its flags. What it does not say itself, while it answers, is outdated: then that is not known. */
function changedAfter(flags: number, own: NodeRecord['own'], { beganMs, lastBeganMs }: NodeTools): number {
  if (!own || hasFlag({ flags }, NODE_FLAG.DISCONNECTED)) return lastBeganMs
  if (isSameFlags(own.flags, flags)) return Math.min(own.afterMs, lastBeganMs)
  return own.seenMs === beganMs ? Number.NEGATIVE_INFINITY : lastBeganMs
}

/** Records which flags a node says itself that it has. */
export function noteOwnFlags(node: NodeRecord, facts: NodeFacts | undefined, { atMs, beganMs }: NodeTools): void {
  const flags = facts?.nodeMap?.find(({ pnn }) => pnn === node.pnn)?.flags
  if (flags === undefined) return
  const { own } = node
  const change = own && isSameFlags(own.flags, flags) ? own : { flags, afterMs: own?.seenMs ?? 0, atMs }
  node.own = { ...change, seenMs: beganMs }
}

/**
 * Addresses whose moves were reported without a cause, because the nodes reported them before the change of flags was seen. Which came first is
 * not known.
 * @param beforeSinceMs when it was first seen to have the flags before: earlier moves belong to those.
 */
function movedAddresses(
  node: NodeRecord,
  beforeSinceMs: number | null,
  { atMs, cluster, lastBeganMs }: NodeTools,
): readonly string[] {
  const isWorse = isUnfit(node.flags)
  if (isUnfit(node.flagsBefore ?? 0) === isWorse) return []
  const sinceMs = Math.max(atMs - UNEXPLAINED_MS, beforeSinceMs ?? 0, Math.min(node.flagsAfterMs, lastBeganMs))
  return takeUnexplainedMoves(cluster, node, isWorse ? 'left' : 'came', sinceMs)
}

/** Whether they are the same to the node itself, which never says that it is disconnected. */
const isSameFlags = (a: number, b: number): boolean => ((a ^ b) & ~NODE_FLAG.DISCONNECTED) === 0

/** The word for flags: `healthy`, or the first of them. */
export const whatOf = (flags: number): string => (flags === 0 ? 'healthy' : (flagsText(flags).split('|')[0] ?? '').toLowerCase())

/** How good it is that a node has these flags now. */
export function toneOf(before: number, now: number): Tone {
  if (now === 0) return 'good'
  if (hasFlag({ flags: before }, INACTIVE_FLAGS) && !hasFlag({ flags: now }, INACTIVE_FLAGS)) return 'warning'
  return hasFlag({ flags: now }, NODE_FLAG.DISCONNECTED | NODE_FLAG.BANNED | NODE_FLAG.UNHEALTHY) ? 'error' : 'warning'
}
