import { seenByCluster } from '../snapshot/cluster-view.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { AddressState, ClusterState, NodeState } from '../watch/cluster-state.ts'
import type { Observation } from '../watch/observation.ts'
import type { TimelineEntry } from '../watch/timeline.ts'
import type { Sight } from './format.ts'
import { ListVersions } from './list-versions.ts'
import { RecordingStory } from './recording-story.ts'

/** Where a line is. */
export interface LinePlace {
  /** The number of the file. */
  readonly file: number
  /** In bytes. */
  readonly offset: number
  readonly length: number
}

type OtherParts = Omit<ClusterState, 'snapshot' | 'seenAtMs' | 'nodes' | 'addresses'>

/** A state without its sample. */
interface Frame extends OtherParts {
  readonly nodes: number
  readonly addresses: number
  /** Where the node map and the leader are not those that follow from the sample: a daemon has just started, and nobody else answers. */
  readonly kept?: Pick<Snapshot, 'nodeMap' | 'leader'>
}

/**
 * What is to be known about a recording to show each moment of it as the watch did then: its entries, the states of the cluster without the
 * samples, and where the samples are. A moment is an observation, from the first sample on; moments have numbers from 0.
 */
export class ReplayIndex {
  readonly story = new RecordingStory()
  private readonly times: number[] = []
  private readonly entryCounts: number[] = []
  private readonly sampleNumbers: number[] = []
  private readonly frameNumbers: number[] = []
  private readonly frames: Frame[] = []
  private readonly nodes = new ListVersions<NodeState>()
  private readonly addresses = new ListVersions<AddressState>()
  private readonly samples: { readonly place: LinePlace; readonly isWhole: boolean; readonly atMs: number }[] = []
  private firstMs: number | undefined
  private lastMs = 0
  private place: LinePlace | undefined
  private sampled: Snapshot | undefined

  constructor() {
    this.story.onObserved = (observation, state) => this.add(observation, state)
  }

  /** Takes the next line. */
  read(text: string, place: LinePlace): void {
    this.place = place
    this.story.read(text)
  }

  /** How many moments there are so far. */
  get count(): number {
    return this.times.length
  }

  /** The first and the last time of all moments; both 0 before there is one. */
  get fromMs(): number {
    return this.firstMs ?? 0
  }
  get toMs(): number {
    return this.lastMs
  }

  /** The time of a moment. It may be before that of an earlier one: clocks are set back. */
  atMs(moment: number): number {
    return this.times[moment] ?? 0
  }

  /** Whether a sample was seen at a moment. */
  isSample(moment: number): boolean {
    return this.sampleNumbers[moment] !== this.sampleNumbers[moment - 1]
  }

  /** How many entries the timeline had at a moment. */
  entryCount(moment: number): number {
    return this.entryCounts[moment] ?? 0
  }

  /** The entries of the timeline up to a moment: so many of the last ones at most. */
  timeline(moment: number, most: number): readonly TimelineEntry[] {
    const count = this.entryCount(moment)
    return this.story.entries.slice(Math.max(0, count - most), count)
  }

  /** The number of the last sample at a moment. */
  sampleAt(moment: number): number {
    return this.sampleNumbers[moment] ?? 0
  }

  /** The number of the last whole sample up to this one: what a sample shows follows from their lines and those between them. */
  wholeBefore(sample: number): number {
    let whole = sample
    while (whole > 0 && !this.samples[whole]?.isWhole) whole -= 1
    return whole
  }

  /** The places of samples, both included. */
  placesOf(from: number, to: number): readonly LinePlace[] {
    return this.samples.slice(from, to + 1).map(({ place }) => place)
  }

  /** The state of the cluster at a moment. @param sight what its last sample shows. */
  stateAt(moment: number, { snapshot: sampled }: Sight): ClusterState {
    const frame = this.frames[this.frameNumbers[moment] ?? 0]
    const seenAtMs = this.samples[this.sampleAt(moment)]?.atMs
    if (!frame || seenAtMs === undefined) throw new Error(`there is no moment ${moment}`)
    const { nodes, addresses, kept, ...others } = frame
    const snapshot = { ...seenByCluster(sampled), ...kept }
    return { snapshot, seenAtMs, ...others, nodes: this.nodes.at(nodes), addresses: this.addresses.at(addresses) }
  }

  private add({ kind, atMs, ...observation }: Observation, state: ClusterState): void {
    const { place, samples } = this
    if (kind === 'seen' && place && 'snapshot' in observation) {
      samples.push({ place, isWhole: this.story.reader.isWhole, atMs })
      this.sampled = observation.snapshot
    }
    if (!state.snapshot) return
    this.times.push(atMs)
    this.firstMs = Math.min(this.firstMs ?? atMs, atMs)
    this.lastMs = Math.max(this.lastMs, atMs)
    this.entryCounts.push(this.story.entries.length)
    this.sampleNumbers.push(samples.length - 1)
    this.frameNumbers.push(this.frameOf(state))
  }

  /** The number of the frame of a state: that of the last one, if it is the same. */
  private frameOf({ snapshot, seenAtMs: _, nodes, addresses, ...others }: ClusterState): number {
    const kept = snapshot && this.sampled && snapshot !== seenByCluster(this.sampled) ? keptOf(snapshot) : undefined
    const frame: Frame = {
      ...others,
      nodes: this.nodes.add(nodes),
      addresses: this.addresses.add(addresses),
      ...(kept && { kept }),
    }
    const last = this.frames.at(-1)
    if (!last || !isSame(last, frame)) this.frames.push(frame)
    return this.frames.length - 1
  }
}

const keptOf = ({ nodeMap, leader }: Snapshot) => ({ nodeMap, leader })

function isSame(a: Frame, b: Frame): boolean {
  const keys = Object.keys(b) as (keyof Frame)[]
  return keys.length === Object.keys(a).length && keys.every((key) => a[key] === b[key])
}
