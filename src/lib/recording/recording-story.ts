import type { Pnn } from '../cluster/node.ts'
import type { History } from '../history/history.ts'
import type { HistoryEntry } from '../history/story/entry.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { ClusterTracker } from '../watch/cluster-tracker.ts'
import { isUnfit } from '../watch/node-record.ts'
import type { Observation } from '../watch/observation.ts'
import { OwnerRecord } from './owner-record.ts'
import { RecordingReader } from './reader.ts'

type Sample = Extract<Observation, { kind: 'seen' }>

/** Tells what happened from the lines of recordings, in the order of time: what a watch told then. */
export class RecordingStory {
  readonly reader = new RecordingReader()
  private tracker = new ClusterTracker()
  private readonly entries: HistoryEntry[] = []
  private readonly owners = new OwnerRecord()
  private readonly unfitMs = new Map<Pnn, number>()
  /** The node map of the last sample. */
  private nodeMap: Snapshot['nodeMap'] = []
  private lastSampleMs: number | undefined
  private fromMs: number | undefined
  private toMs = Number.NEGATIVE_INFINITY
  private lastObservedMs = Number.NEGATIVE_INFINITY
  /** Since the last sample, something is missing. */
  private isBlind = false
  /** From the beginning of a recording to its first sample: what was heard meanwhile. */
  private early: Observation[] | undefined

  /** When the last observation was made. */
  get lastMs(): number {
    return this.lastObservedMs
  }

  /** Takes a line, without its end. */
  read(line: string): void {
    const item = this.reader.read(line)
    if (!item) return
    if (this.reader.takeGap() && this.fromMs !== undefined) this.lose()
    if (item.kind === 'recording') {
      this.early ??= []
      return
    }
    this.lastObservedMs = item.atMs
    if (item.kind === 'seen') this.sample(item)
    else if (this.early) this.early.push(item)
    else this.observe(item)
  }

  /** All that was told. */
  end(): History {
    const { entries, fromMs, tracker } = this
    for (const each of this.early ?? []) this.observe(each)
    if (fromMs !== undefined) this.lose()
    return {
      entries,
      owners: this.owners.spans,
      nodes: tracker.state.nodes.map(({ pnn }) => ({ pnn, sources: [], clocks: [], seenUnfitMs: this.unfitMs.get(pnn) ?? 0 })),
      unknown: [],
      fromMs,
      toMs: fromMs === undefined ? undefined : this.toMs,
      droppedBeforeMs: undefined,
    }
  }

  private sample(sample: Sample): void {
    const { isBlind } = this
    if (isBlind && !isSameCluster(this.nodeMap, sample.snapshot.nodeMap)) {
      this.tracker = new ClusterTracker(this.entries.length + 1)
    }
    for (const each of this.early ?? []) this.observe(each)
    this.early = undefined
    this.isBlind = false
    this.addUnfitTime(sample.atMs)
    this.fromMs ??= sample.atMs
    this.nodeMap = sample.snapshot.nodeMap
    // What the daemons told meanwhile is missing.
    this.observe(isBlind ? { ...sample, heard: [] } : sample)
  }

  private observe(observation: Observation): void {
    for (const entry of this.tracker.observe(observation)) this.entries.push({ ...entry, lines: [] })
    this.toMs = Math.max(this.toMs, observation.atMs)
    const { state } = this.tracker
    if (state.snapshot && !this.isBlind) this.owners.see(state.addresses, observation.atMs)
  }

  /** Nothing is known, until the next sample. */
  private lose(): void {
    this.owners.lose(this.toMs + 1)
    this.lastSampleMs = undefined
    this.isBlind = true
  }

  private addUnfitTime(atMs: number): void {
    const lastedMs = atMs - (this.lastSampleMs ?? atMs)
    for (const { pnn, flags } of lastedMs > 0 ? this.tracker.state.nodes : []) {
      if (isUnfit(flags)) this.unfitMs.set(pnn, (this.unfitMs.get(pnn) ?? 0) + lastedMs)
    }
    this.lastSampleMs = atMs
  }
}

/** Private addresses are not used by two clusters that see each other. */
const isSameCluster = (before: Snapshot['nodeMap'], now: Snapshot['nodeMap']): boolean =>
  now.some(({ address }) => before.some((node) => node.address === address))
