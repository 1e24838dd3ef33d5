import { isActive, type Pnn } from '../../cluster/node.ts'
import type { HistoryWriter, NodeEvent } from './entry.ts'
import type { NodeStory } from './node-story.ts'

/** An election is over after this time, whatever the log says. */
const ELECTION_MS = 30_000
/** A node notices that the leader is gone just before it starts an election. */
const NOTICED_MS = 2_000
/** All nodes report a recovery within this time. */
const RECOVERY_LAG_MS = 2_000

/** Tells who leads, the elections, and the recoveries. */
export class LeaderStory {
  private readonly writer: HistoryWriter
  private readonly nodes: ReadonlyMap<Pnn, NodeStory>
  private last: Pnn | undefined
  private isLed = false
  private electionMs = Number.NEGATIVE_INFINITY
  private timeout: NodeEvent | undefined
  private recovery: { readonly sinceMs: number; readonly by: Set<Pnn>; endedMs: number | undefined } | undefined

  constructor(writer: HistoryWriter, nodes: ReadonlyMap<Pnn, NodeStory>) {
    this.writer = writer
    this.nodes = nodes
  }

  /** The leader, as far as is known. */
  get current(): Pnn | undefined {
    return this.isLed ? this.last : undefined
  }

  /** A node has become the leader. */
  took({ atMs, pnn }: NodeEvent): void {
    this.change(pnn, atMs)
  }

  /** A node has heard who leads. The leader's own log says it better. */
  heard({ atMs }: NodeEvent, pnn: Pnn): void {
    if (this.nodes.get(pnn)?.hasLog !== true) this.change(pnn, atMs)
    else if (this.last === undefined) {
      this.last = pnn
      this.isLed = true
    }
  }

  /** The leader gives up the lock. */
  gaveUp({ atMs, pnn }: NodeEvent): void {
    if (this.isLed && this.last !== pnn) return
    this.last = pnn
    this.isLed = false
    const node = this.nodes.get(pnn)
    const cause = node && !isActive(node) && node.worse ? { cause: node.worse.text } : {}
    const text = `the cluster has no leader now; it was node ${pnn}`
    this.writer.add(atMs, { kind: 'leader', what: 'lost', text, tone: 'warning', pnns: [pnn], addresses: [], ...cause })
  }

  timedOut(by: NodeEvent): void {
    this.timeout = by
  }

  electionStarted({ atMs, pnn }: NodeEvent): void {
    const isSame = atMs - this.electionMs < ELECTION_MS
    this.electionMs = atMs
    if (isSame) return
    const { timeout } = this
    const isNoticed = timeout?.pnn === pnn && atMs - timeout.atMs < NOTICED_MS
    const cause = isNoticed ? { cause: `node ${pnn} did not hear the leader for too long` } : {}
    const text = `node ${pnn} started an election`
    this.writer.add(
      atMs,
      { kind: 'leader', what: 'election', text, tone: 'warning', pnns: [pnn], addresses: [], ...cause },
      { lines: isNoticed ? [timeout] : [] },
    )
  }

  recoveryStarted({ atMs, pnn }: NodeEvent): void {
    const { recovery } = this
    const isSame = recovery && !recovery.by.has(pnn) && atMs - (recovery.endedMs ?? atMs) < RECOVERY_LAG_MS
    if (isSame) {
      recovery.by.add(pnn)
      return
    }
    this.recovery = { sinceMs: atMs, by: new Set([pnn]), endedMs: undefined }
    const text = 'a recovery is in progress'
    this.writer.add(atMs, { kind: 'recovery', what: 'started', text, tone: 'warning', pnns: [pnn], addresses: [] })
  }

  recoveryFinished({ atMs }: NodeEvent): void {
    const { recovery } = this
    if (!recovery || recovery.endedMs !== undefined) return
    recovery.endedMs = atMs
    const entry = {
      kind: 'recovery',
      what: 'finished',
      text: 'the recovery finished',
      tone: 'plain',
      pnns: [],
      addresses: [],
    } as const
    this.writer.add(atMs, { ...entry, awayMs: Math.max(0, atMs - recovery.sinceMs) })
  }

  private change(pnn: Pnn, atMs: number): void {
    const { last, isLed } = this
    this.electionMs = Number.NEGATIVE_INFINITY
    if (isLed && last === pnn) return
    this.last = pnn
    this.isLed = true
    const former = last === undefined || last === pnn ? '' : `; it was node ${last}`
    const pnns = last === undefined || last === pnn ? [pnn] : [last, pnn]
    this.writer.add(atMs, {
      kind: 'leader',
      what: 'changed',
      text: `node ${pnn} is the leader now${former}`,
      tone: 'plain',
      pnns,
      addresses: [],
    })
  }
}
