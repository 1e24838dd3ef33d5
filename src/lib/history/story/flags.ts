import { flagsText, isActive, NODE_FLAG, type Pnn } from '../../cluster/node.ts'
import { durationText } from '../../watch/duration.ts'
import { toneOf, whatOf } from '../../watch/node-flags.ts'
import { becameText } from '../../watch/words.ts'
import type { HistoryWriter, NodeEvent } from './entry.ts'
import { isUnfitStory, type NodeStory } from './node-story.ts'

/** All nodes learn of a change within this time. What comes later is news of it no more. */
const REPORT_MS = 10_000
const REPORTS_KEPT = 20

/** A flag of a node that a line reports. */
export interface FlagReport {
  readonly mask: number
  readonly isSet: boolean
  /** Why, as the line says. */
  readonly cause?: string | undefined
  /** Other lines that say so. */
  readonly lines?: readonly NodeEvent[]
}

/** Whether a line reports a change that another node has reported before. */
function isRepeated(node: NodeStory, { mask, isSet }: FlagReport, by: Pnn, atMs: number): boolean {
  const reports = node.reports.get(mask) ?? []
  node.reports.set(mask, reports)
  const known = reports.find((each) => each.value === isSet && !each.by.has(by) && atMs - each.atMs <= REPORT_MS)
  known?.by.add(by)
  if (known || ((node.flags & mask) !== 0) === isSet) return true
  reports.push({ value: isSet, atMs, by: new Set([by]) })
  if (reports.length > REPORTS_KEPT) reports.shift()
  return false
}

/** Notes and reports new flags of a node, which several nodes may report. */
export function changeFlag(node: NodeStory, reports: readonly FlagReport[], by: NodeEvent, writer: HistoryWriter): void {
  const { atMs } = by
  const news = reports.filter((report) => !isRepeated(node, report, by.pnn, atMs))
  if (news.length === 0) return
  const { pnn, flags: before, flagsSinceMs, isKnown } = node
  const wasUnfit = isUnfitStory(node)
  for (const { mask, isSet } of news) node.flags = isSet ? node.flags | mask : node.flags & ~mask
  node.flagsSinceMs = atMs
  const { flags } = node
  const text = becameText(pnn, flags)
  noteChange(node, by, { before, wasUnfit })
  const awayMs = flags === 0 && flagsSinceMs !== undefined ? atMs - flagsSinceMs : undefined
  const lasted = awayMs === undefined ? '' : ` for ${durationText(awayMs)}`
  // Before the first line about its flags, they are not known.
  const was = isKnown || before !== 0 ? `; it was ${flagsText(before)}${lasted}` : ''
  const cause = news.find((report) => report.cause !== undefined)?.cause
  writer.add(
    atMs,
    {
      kind: 'health',
      what: whatOf(flags),
      text: `${text}${was}`,
      tone: toneOf(before, flags),
      pnns: [pnn],
      addresses: [],
      ...(cause !== undefined && { cause }),
      ...(awayMs !== undefined && { awayMs }),
    },
    { lines: news.flatMap(({ lines = [] }) => lines) },
  )
  node.isKnown = true
}

/** Keeps a change in mind by which addresses may move. */
function noteChange(
  node: NodeStory,
  by: NodeEvent,
  { before, wasUnfit }: { readonly before: number; readonly wasUnfit: boolean },
): void {
  const { pnn, flags, isAssumedUnhealthy } = node
  const isOwn = by.pnn === pnn
  // Of itself it does not say that others have lost it.
  const told = isOwn && isAssumedUnhealthy ? flags & ~NODE_FLAG.UNHEALTHY : flags
  const change = { atMs: by.atMs, text: becameText(pnn, told), by, flags: told }
  // What a node says of itself that the others cannot reach, they do not know.
  if (isOwn && (before & NODE_FLAG.DISCONNECTED) !== 0) node.worse = undefined
  else if (isUnfitStory(node)) node.worse = change
  else if (wasUnfit) node.better = { ...change, endsMs: node.unfitSinceMs }
  // An inactive node has released its addresses itself, or is gone.
  if (!isActive(node)) node.unfitSinceMs = undefined
  else if (!wasUnfit && isUnfitStory(node)) node.unfitSinceMs = by.atMs
}

/** What a node said of itself, and the others have not heard: for them it is not so. */
export function forgetUnheard(node: NodeStory): void {
  for (const { mask } of flagReports(node.flags, node.othersFlags)) if ((node.flags & mask) !== 0) node.reports.delete(mask)
  node.unheardFlags |= node.flags & ~node.othersFlags
  node.flags &= node.othersFlags
}

/** Forgets that a node itself has reported a flag, so that it is news when others report it. */
export function forgetOwnReports(node: NodeStory, mask: number): void {
  const reports = node.reports.get(mask) ?? []
  node.reports.set(
    mask,
    reports.filter(({ by }) => !by.has(node.pnn)),
  )
}

const REPORTED = [NODE_FLAG.DISCONNECTED, NODE_FLAG.UNHEALTHY, NODE_FLAG.DISABLED, NODE_FLAG.BANNED, NODE_FLAG.STOPPED]

/** The flags that differ before and after a change, as reports. */
export const flagReports = (before: number, after: number): readonly FlagReport[] =>
  REPORTED.filter((mask) => ((before ^ after) & mask) !== 0).map((mask) => ({ mask, isSet: (after & mask) !== 0 }))
