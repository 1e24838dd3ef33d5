import { type Pnn, UNKNOWN_PNN } from '../cluster/node.ts'
import { estimateClocks, type LogClock, type RecorderClock } from './clocks.ts'
import { splitHostless } from './hostless.ts'
import type { LogSource } from './log-event.ts'
import { findNodes } from './log-nodes.ts'
import type { LogStore } from './log-store.ts'
import { type OwnerSpans, ownerSpans } from './owners.ts'
import type { HistoryEntry, NodeEvent } from './story/entry.ts'
import { Story } from './story/story.ts'

/** What the logs of a cluster tell, or a recording. */
export interface History {
  readonly entries: readonly HistoryEntry[]
  readonly owners: OwnerSpans
  /** The nodes whose logs there are, by PNN. */
  readonly nodes: readonly HistoryNode[]
  /** Sources of which it cannot be told which node they are from. If there are any, there are no entries. */
  readonly unknown: readonly LogSource[]
  /** The first and the last line of CTDB, by the reference clock, or of a recording; undefined without any. */
  readonly fromMs: number | undefined
  readonly toMs: number | undefined
  /** Before this there were more lines than are kept. */
  readonly droppedBeforeMs: number | undefined
}

/** A node whose log there is, or that a recording has. */
export interface HistoryNode {
  readonly pnn: Pnn
  readonly sources: readonly LogSource[]
  readonly clocks: readonly LogClock[]
  /** In a recording: what entries do not show. */
  readonly seen?: {
    /** How long it was seen with a flag that kept it from hosting addresses, in milliseconds. */
    readonly unfitMs: number
    /** Undefined if no log tells. */
    readonly scriptFailures: number | undefined
  }
}

/**
 * Tells what happened, from all logs.
 * @param recorders clocks of recorders, which are estimated too.
 */
export function historyOf(store: LogStore, recorders: readonly RecorderClock[] = []): History {
  store.finish()
  const sources = store.sources.flatMap(splitHostless).filter(({ events }) => events.length > 0)
  const clocks = estimateClocks(sources, recorders)
  const timed = sources
    .flatMap((source) => {
      const own = new Map(clocks.flatMap((clock) => (clock.source === source ? [[clock.step, clock] as const] : [])))
      return source.events.map((event) => {
        const clock = own.get(event.step)
        // Not copied once the node is known: there are many.
        return { atMs: event.rawMs - (clock?.offsetMs ?? 0), uncertaintyMs: clock?.uncertaintyMs, pnn: UNKNOWN_PNN, event }
      })
    })
    .sort((a, b) => a.atMs - b.atMs)
  const { nodes, unknown } = findNodes(sources, timed)
  for (const each of timed) each.pnn = nodes.get(each.event.source) ?? UNKNOWN_PNN
  const events = causalOrder(unknown.length === 0 ? timed : timed.filter(({ pnn }) => pnn !== UNKNOWN_PNN))
  const groups = Map.groupBy(nodes, ([, pnn]) => pnn)
  const entries = unknown.length > 0 ? [] : new Story(events).tell()
  return {
    entries,
    owners: ownerSpans(entries),
    nodes: [...groups]
      .map(([pnn, members]) => {
        const own = members.map(([source]) => source)
        return { pnn, sources: own, clocks: clocks.filter(({ source }) => own.includes(source)) }
      })
      .sort((a, b) => a.pnn - b.pnn),
    unknown,
    fromMs: timed[0]?.atMs,
    toMs: timed.at(-1)?.atMs,
    droppedBeforeMs: store.droppedBeforeMs,
  }
}

/** Below this, the order of lines of two nodes means nothing even if their clocks agree. */
const LEAST_SLACK_MS = 5

/** A node takes an address only when the other one has released it: where the clocks are not exact enough to show that, the order is mended. */
function causalOrder(events: readonly NodeEvent[]): readonly NodeEvent[] {
  const takes = new Map<string, number>()
  const early = new Set<NodeEvent>()
  const afterRelease = new Map<NodeEvent, NodeEvent>()
  events.forEach((now, index) => {
    const { read } = now.event
    if (read.name === 'takeover') takes.set(`${now.pnn} ${read.values.ip}`, index)
    if (read.name !== 'release') return
    const key = `${read.values.pnn} ${read.values.ip}`
    const take = events[takes.get(key) ?? -1]
    if (!take || now.atMs - take.atMs > slackBetween(now, take)) return
    takes.delete(key)
    early.add(take)
    afterRelease.set(now, { ...take, atMs: now.atMs })
  })
  if (early.size === 0) return events
  return events.flatMap((each) => {
    if (early.has(each)) return []
    const take = afterRelease.get(each)
    return take ? [each, take] : [each]
  })
}

const slackBetween = (a: NodeEvent, b: NodeEvent): number => LEAST_SLACK_MS + (a.uncertaintyMs ?? 0) + (b.uncertaintyMs ?? 0)
