import type { Pnn } from '../cluster/node.ts'
import type { History, HistoryNode } from './history.ts'
import type { OwnerSpan } from './owners.ts'
import type { HistoryEntry } from './story/entry.ts'

/** What happened to an address, in numbers. */
interface AddressSummary {
  readonly address: string
  readonly moves: number
  /** How long it was on no node, as far as the log shows, in milliseconds. */
  readonly awayMs: number
  /** How long each node owned it, as a share of the time of the log, by PNN. */
  readonly shares: readonly { readonly pnn: Pnn; readonly share: number }[]
  /** The share of the time of which it is not known which node owned it. */
  readonly unknownShare: number
}

/** What happened to a node, in numbers. */
interface NodeSummary {
  readonly pnn: Pnn
  /** How long it had a flag that kept it from hosting addresses, in milliseconds. */
  readonly unfitMs: number
  readonly bans: number
  /** Undefined if that is not known: recordings do not tell. */
  readonly scriptFailures: number | undefined
  /** How often its daemon started. */
  readonly starts: number
}

/** The history in numbers. */
export interface Summary {
  readonly addresses: readonly AddressSummary[]
  readonly nodes: readonly NodeSummary[]
  readonly takeoverRuns: number
  readonly failedRuns: number
  readonly recoveries: number
}

/** Counts what happened. */
export function summaryOf({ entries, owners, nodes, fromMs = 0, toMs = 0 }: History): Summary {
  const count = (kind: HistoryEntry['kind'], what: string) =>
    entries.filter((each) => each.kind === kind && each.what === what).length
  return {
    addresses: [...owners].map(([address, spans]) => addressSummary(address, entries, spans, { fromMs, toMs })),
    nodes: nodes.map((node) => nodeSummary(node, entries, toMs)),
    takeoverRuns: count('takeover-run', 'started'),
    failedRuns: count('takeover-run', 'failed'),
    recoveries: count('recovery', 'finished'),
  }
}

function addressSummary(
  address: string,
  entries: readonly HistoryEntry[],
  spans: readonly OwnerSpan[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): AddressSummary {
  const own = entries.filter(({ kind, addresses }) => kind === 'address' && addresses.includes(address))
  const times = new Map<Pnn | null, number>()
  spans.forEach(({ owner, fromMs: since }, index) => {
    if (owner === undefined) return
    const lasted = Math.min(spans[index + 1]?.fromMs ?? toMs, toMs) - Math.max(since, fromMs)
    times.set(owner, (times.get(owner) ?? 0) + Math.max(0, lasted))
  })
  const knownMs = [...times.values()].reduce((sum, ms) => sum + ms, 0)
  // More is known than there is time where the clock of a recorder was set back.
  const wholeMs = Math.max(1, toMs - fromMs, knownMs)
  return {
    address,
    moves: own.filter(({ what }) => what === 'moved').length,
    awayMs: own.reduce((sum, { awayMs = 0 }) => sum + awayMs, 0),
    shares: [...times].flatMap(([pnn, ms]) => (pnn === null ? [] : [{ pnn, share: ms / wholeMs }])).sort((a, b) => a.pnn - b.pnn),
    unknownShare: (wholeMs - knownMs) / wholeMs,
  }
}

/** Entries of a node that say its flags. */
const FLAGGED = new Set(['disconnected', 'disabled', 'banned', 'unhealthy', 'stopped'])

const healthOf = (entries: readonly HistoryEntry[], pnn: Pnn): readonly HistoryEntry[] =>
  entries.filter(({ kind, pnns }) => kind === 'health' && pnns[0] === pnn)

/** From when to when a node had a flag that kept it from hosting addresses, as entries from logs say. */
export function unfitSpans(entries: readonly HistoryEntry[], pnn: Pnn, toMs: number): readonly (readonly [number, number])[] {
  const spans: (readonly [number, number])[] = []
  let sinceMs: number | undefined
  for (const { what, atMs } of healthOf(entries, pnn)) {
    if (FLAGGED.has(what)) sinceMs ??= atMs
    if (what !== 'healthy' || sinceMs === undefined) continue
    spans.push([sinceMs, atMs])
    sinceMs = undefined
  }
  return sinceMs === undefined ? spans : [...spans, [sinceMs, toMs]]
}

/** How often scripts of a node failed, as entries from logs say. */
export function scriptFailuresOf(entries: readonly HistoryEntry[], pnn: Pnn): number {
  const isOne = ({ what, cause = '' }: HistoryEntry) => what === 'scripts-failed' || (what === 'unhealthy' && cause !== '')
  return healthOf(entries, pnn).filter(isOne).length
}

function nodeSummary({ pnn, seen }: HistoryNode, entries: readonly HistoryEntry[], toMs: number): NodeSummary {
  const own = healthOf(entries, pnn)
  const count = (...words: readonly string[]) => own.filter(({ what }) => words.includes(what)).length
  return {
    pnn,
    unfitMs: seen?.unfitMs ?? unfitSpans(entries, pnn, toMs).reduce((sum, [fromMs, endMs]) => sum + endMs - fromMs, 0),
    bans: count('banned'),
    scriptFailures: seen ? seen.scriptFailures : scriptFailuresOf(entries, pnn),
    starts: count('started', 'restarted'),
  }
}
