import { isActive, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import type { NewEntry } from '../../watch/timeline-writer.ts'
import { reloadCause } from '../../watch/words.ts'
import type { AddressStory } from './address.ts'
import type { NodeEvent } from './entry.ts'
import { isUnfitStory, type NodeChange, type NodeStory } from './node-story.ts'
import type { RunStory } from './run-story.ts'

/** The others miss a node within this time. */
const MISSED_MS = 30_000
/** What happens at the same moment may be logged in either order, by two clocks. */
const SAME_MS = 1_000

interface Tools {
  readonly nodes: ReadonlyMap<Pnn, NodeStory>
  readonly runs: RunStory
}

/** Why addresses leave nodes and come to them. */
export class AddressCauses {
  private readonly tools: Tools

  constructor(tools: Tools) {
    this.tools = tools
  }

  /** Whether the others cannot reach a node. */
  isCutOff(pnn: Pnn): boolean {
    return isDisconnected(this.node(pnn)?.flags)
  }

  /** Why a node releases all its addresses. */
  whyDropped(node: NodeStory | undefined, atMs: number): string | undefined {
    return node && isUnfitStory(node) && !this.isCutOff(node.pnn) && node.worse && node.worse.atMs <= atMs
      ? node.worse.text
      : undefined
  }

  /** Why an address leaves a node. */
  whyLeft(by: NodeEvent, ip: string, iface: string): string | undefined {
    const { pnn, atMs } = by
    const node = this.node(pnn)
    if (!node) return undefined
    const forgot = node.forgot.get(ip)
    if (forgot && forgot.atMs <= atMs) return reloadCause(pnn, false)
    // Of a node that is cut off, the others' view says nothing of what it does itself.
    const obstacle = this.isCutOff(pnn) ? undefined : this.obstacle(node, iface, atMs)
    const { runs } = this.tools
    if (!runs.isPausedByTool(by) || runs.isInProgress(atMs)) return obstacle
    if (obstacle === undefined) return 'a tool moved it, as ctdb moveip does'
    // An inactive node releases its addresses itself; without a run, nothing else does so because of the obstacle.
    return isActive(node) ? undefined : obstacle
  }

  /** What makes a node give its addresses away, if no run has taken it into account before. */
  private obstacle(node: NodeStory, iface: string | undefined, atMs: number): string | undefined {
    const isNew = (change: NodeChange | undefined) =>
      change !== undefined && change.atMs >= this.tools.runs.freshSinceMs && change.atMs <= atMs
    if (isUnfitStory(node) && isNew(node.worse)) return node.worse?.text
    const link = iface === undefined ? undefined : node.linksDown.get(iface)
    return link && isNew(link) ? link.text : undefined
  }

  /** Why an address moves. */
  whyMoved({ ip, left }: Pick<AddressStory, 'left'> & { readonly ip: string }, from: Pnn, by: NodeEvent): string | undefined {
    if (left?.cause !== undefined) return left.cause
    const node = this.node(from)
    // A node that is gone has released nothing.
    const obstacle = node && !left && this.isSeenBy(by.pnn, node) ? this.obstacle(node, undefined, by.atMs) : undefined
    const gone = node && left && this.whyGone(node, left)
    if (obstacle ?? gone) return obstacle ?? gone
    const better = this.improvement(by.pnn, ip, by.atMs)
    return better && (better.isBack ? `failback: ${better.text}` : better.text)
  }

  /** Whether a node knows how another one is. One that is cut off does not learn what becomes of the others, besides that it lost them. */
  private isSeenBy(pnn: Pnn, { worse, lostBy }: NodeStory): boolean {
    return !this.isCutOff(pnn) || (lostBy.has(pnn) && isDisconnected(worse?.flags))
  }

  /** Why a node is gone that released nothing. */
  private whyGone(node: NodeStory, { atMs, isLost }: NonNullable<AddressStory['left']>): string | undefined {
    const { worse, isEnded } = node
    if (!worse) return undefined
    // It may be well again when the next run comes.
    if (isLost) {
      const isOfLoss = worse.flags === undefined || isDisconnected(worse.flags)
      return isOfLoss && worse.atMs > atMs - SAME_MS && worse.atMs - atMs <= MISSED_MS ? worse.text : undefined
    }
    return isEnded && isUnfitStory(node) ? worse.text : undefined
  }

  /** What lets a node host an address that it could not host before. */
  improvement(pnn: Pnn, ip: string, atMs: number): { readonly text: string; readonly isBack: boolean } | undefined {
    const node = this.node(pnn)
    if (!node) return undefined
    // What was so before it dropped all its addresses does not explain that it has them again.
    const sinceMs = Math.max(this.tools.runs.freshSinceMs, node.droppedMs)
    const isNew = (change: NodeChange | undefined) => change !== undefined && change.atMs >= sinceMs && change.atMs <= atMs
    if (node.better && isNew(node.better) && this.hadEffect(node.better))
      return { text: node.better.text, isBack: / became /.test(node.better.text) }
    return isNew(node.learnt.get(ip)) ? { text: reloadCause(pnn, true), isBack: false } : undefined
  }

  /** A node that could not host addresses, and that no run has seen so, has lost none by that: it gets none back. */
  private hadEffect({ endsMs, atMs }: NodeChange): boolean {
    return endsMs === undefined || this.tools.runs.wasInProgress(endsMs, atMs)
  }

  private node(pnn: Pnn): NodeStory | undefined {
    return this.tools.nodes.get(pnn)
  }
}

const isDisconnected = (flags = 0): boolean => (flags & NODE_FLAG.DISCONNECTED) !== 0

/** How long an address was on no node, with what its scripts may have taken. */
export function awayTimes(
  left: AddressStory['left'],
  by: NodeEvent,
  notAfterMs: number | undefined,
): Pick<NewEntry, 'awayMs' | 'awayAtLeastMs' | 'awayAtMostMs'> {
  if (!left) return {}
  const awayMs = Math.max(0, by.atMs - left.atMs)
  if (notAfterMs === undefined || left.notAfterMs === undefined) return { awayMs }
  const slackMs = left.by.pnn === by.pnn ? 0 : (left.by.uncertaintyMs ?? 0) + (by.uncertaintyMs ?? 0)
  const awayAtLeastMs = Math.max(0, by.atMs - left.notAfterMs - slackMs)
  return { awayMs, awayAtLeastMs, awayAtMostMs: Math.max(awayMs, notAfterMs - left.atMs + slackMs) }
}

/** The cause of an entry, if it is known. */
export const causeOf = (cause: string | undefined): { cause?: string } => (cause === undefined ? {} : { cause })
