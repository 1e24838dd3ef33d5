import type { Pnn } from '../cluster/node.ts'
import { noteHeard } from '../history/clock-marks.ts'
import type { RecorderClock } from '../history/clocks.ts'
import type { History } from '../history/history.ts'
import type { HistoryEntry } from '../history/story/entry.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { ClusterState } from '../watch/cluster-state.ts'
import { ClusterTracker } from '../watch/cluster-tracker.ts'
import { durationText } from '../watch/duration.ts'
import { isUnfit } from '../watch/node-record.ts'
import type { Observation } from '../watch/observation.ts'
import { Coverage, ownersSeen, type Segment } from './coverage.ts'
import type { RecordingHeader } from './format.ts'
import { RecordingReader } from './reader.ts'
import { isSameCluster } from './same-cluster.ts'

/** Two recordings, one after the other, of which it is not known that they are of the same cluster. */
export interface Join {
  /** Their files. */
  readonly before: string
  readonly after: string
  /** False if they are surely not. */
  readonly isSame: false | undefined
}

/** An entry of a recording. */
export interface ToldEntry {
  readonly entry: HistoryEntry
  readonly clock: RecorderClock
  /** It was heard before the first sample, or tells of what the first sample after a gap showed: it may have happened in the gap. */
  readonly isOfGap: boolean
}

/** What recordings tell, and when the cluster was seen. */
export interface RecordedHistory extends History {
  readonly told: readonly ToldEntry[]
  readonly segments: readonly Segment[]
  /** One for each recording, and for each time that its clock was set back. */
  readonly recorders: readonly RecorderClock[]
}

/** Lines are written in the order of time, give or take this. */
const SET_BACK_MS = 500

type Sample = Extract<Observation, { kind: 'seen' }>

/** Tells what happened from the lines of recordings, in the order of time: what a watch told then. */
export class RecordingStory {
  readonly reader = new RecordingReader()
  private tracker = new ClusterTracker()
  /** What was told so far. */
  readonly entries: HistoryEntry[] = []
  private readonly told: ToldEntry[] = []
  private readonly coverage = new Coverage()
  private readonly recorders: RecorderClock[] = []
  private clockIsOf: string | undefined
  private readonly unfitMs = new Map<Pnn, number>()
  /** Where recordings follow each other of which it is not known that they are of the same cluster. */
  readonly joins: Join[] = []
  /** Called after each observation that is taken, with the state of the cluster after it. */
  onObserved: (observation: Observation, state: ClusterState) => void = () => {}
  /** The file that the lines are from, for `joins`. */
  file = ''
  /** Of the recording that is read. */
  header: RecordingHeader | undefined
  private last: { readonly snapshot: Snapshot; readonly header: RecordingHeader | undefined; readonly file: string } | undefined
  private lastSampleMs: number | undefined
  private fromMs: number | undefined
  private toMs = Number.NEGATIVE_INFINITY
  private readMs = Number.NEGATIVE_INFINITY
  /** Nodes of trackers before this one. */
  private readonly formerPnns = new Set<Pnn>()
  /** The clock was set back: durations across that would be wrong. */
  private isClockNew = false
  /** Since the last sample, something is missing. */
  private isBlind = false
  /** From the beginning of a recording to its first sample: what was heard meanwhile. */
  private early: Observation[] | undefined

  /** The time of the last observation. */
  get lastMs(): number {
    return this.readMs
  }

  /** Takes a line, without its end. */
  read(line: string): void {
    const item = this.reader.read(line)
    if (!item) return
    if (this.reader.takeGap() && this.fromMs !== undefined) this.lose()
    if (item.kind === 'recording') {
      this.early ??= []
      this.header = item
      return
    }
    if (item.atMs < this.readMs - SET_BACK_MS) this.clockSetBack(item.atMs)
    this.readMs = item.atMs
    if (item.kind === 'seen') this.sample(item)
    else if (this.early) this.early.push(item)
    else this.observe(item)
  }

  /** All that was told. */
  end(): RecordedHistory {
    const { told, entries, recorders, fromMs } = this
    this.startOverIfDue()
    for (const each of this.early ?? []) this.observe(each)
    this.lose()
    const { segments } = this.coverage
    return {
      told,
      segments,
      recorders,
      entries,
      owners: ownersSeen(segments),
      nodes: [...new Set([...this.formerPnns, ...this.pnnsNow()])]
        .sort((a, b) => a - b)
        .map((pnn) => ({
          pnn,
          sources: [],
          clocks: [],
          seen: { unfitMs: this.unfitMs.get(pnn) ?? 0, scriptFailures: undefined },
        })),
      unknown: [],
      fromMs,
      toMs: fromMs === undefined ? undefined : this.toMs,
      droppedBeforeMs: undefined,
    }
  }

  private sample(sample: Sample): void {
    const { isBlind } = this
    this.startOverIfDue()
    this.join(sample.snapshot)
    for (const each of this.early ?? []) this.observe(each)
    this.early = undefined
    this.isBlind = false
    this.addUnfitTime(sample.atMs)
    this.fromMs = Math.min(this.fromMs ?? sample.atMs, sample.atMs)
    const isAfterGap = !this.coverage.isOpen
    this.coverage.begin(sample.atMs, this.clock())
    // What the daemons told meanwhile is missing.
    this.observe(isBlind ? { ...sample, heard: [] } : sample, isAfterGap)
  }

  /** A recorder watches one cluster, whatever becomes of its nodes. */
  private join(snapshot: Snapshot): void {
    const { last, header, file } = this
    this.last = { snapshot, header, file }
    if (!last || last.header?.id === header?.id) return
    const isSimulated = (last.header?.isSimulated || header?.isSimulated) ?? false
    const isSame = isSameCluster(last.snapshot, snapshot, isSimulated)
    if (isSame) return
    this.joins.push({ before: last.file, after: file, isSame })
    if (isSame === false) this.startOver()
  }

  private observe(observation: Observation, isAfterGap = false): void {
    const { kind, atMs } = observation
    const clock = this.clock()
    const isOfGap = isAfterGap || !this.coverage.isOpen
    for (const entry of this.tracker.observe(observation)) this.tell({ ...entry, lines: [] }, clock, isOfGap)
    if (kind === 'told' && observation.event === 'DISABLE_TAKEOVER_RUNS') noteHeard(clock.heardMs, observation.seconds, atMs)
    this.toMs = Math.max(this.toMs, atMs)
    const { state } = this.tracker
    this.coverage.see(state.addresses, atMs)
    this.onObserved(observation, state)
    // Without any node, nothing is seen until the next sample.
    if (kind !== 'blind' || observation.pnn !== undefined) return
    this.coverage.end()
    this.lastSampleMs = undefined
  }

  /** That of this recording, since it was last set back. */
  private clock(): RecorderClock {
    const { header, recorders, file } = this
    const last = recorders.at(-1)
    if (last && this.clockIsOf === header?.id) return last
    this.clockIsOf = header?.id
    const clock = { file, heardMs: new Map(), seen: [], offsetMs: 0, uncertaintyMs: undefined, pairs: 0 }
    recorders.push(clock)
    return clock
  }

  /** Nothing is known, until the next sample. */
  private lose(): void {
    this.coverage.end()
    this.lastSampleMs = undefined
    this.isBlind = true
  }

  private clockSetBack(toMs: number): void {
    // What was heard before the first sample is on the former clock.
    if (this.early) this.early = []
    if (this.fromMs === undefined) return
    this.lose()
    this.early ??= []
    this.isClockNew = true
    this.clockIsOf = undefined
    const text = `the clock of the machine that records was set back by at least ${durationText(this.readMs - toMs)}`
    const entry = {
      kind: 'connection',
      what: 'clock-set-back',
      text,
      tone: 'warning',
      pnns: [],
      addresses: [],
      lines: [],
    } as const
    this.tell({ id: this.entries.length + 1, atMs: toMs, ...entry }, this.clock(), false)
  }

  private tell(entry: HistoryEntry, clock: RecorderClock, isOfGap: boolean): void {
    this.entries.push(entry)
    this.told.push({ entry, clock, isOfGap })
  }

  private startOverIfDue(): void {
    if (this.isClockNew) this.startOver()
    this.isClockNew = false
  }

  /** Nothing that was seen is compared with what follows. */
  private startOver(): void {
    for (const pnn of this.pnnsNow()) this.formerPnns.add(pnn)
    this.tracker = new ClusterTracker(this.entries.length + 1)
  }

  private pnnsNow(): ReadonlySet<Pnn> {
    return new Set(this.tracker.state.nodes.map(({ pnn }) => pnn))
  }

  private addUnfitTime(atMs: number): void {
    const lastedMs = atMs - (this.lastSampleMs ?? atMs)
    for (const { pnn, flags } of lastedMs > 0 ? this.tracker.state.nodes : []) {
      if (isUnfit(flags)) this.unfitMs.set(pnn, (this.unfitMs.get(pnn) ?? 0) + lastedMs)
    }
    this.lastSampleMs = atMs
  }
}
