import { hasFlag, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { AddressChronicle } from './address-chronicle.ts'
import { Causes } from './causes.ts'
import { ClusterRecords } from './cluster-records.ts'
import { Connections } from './connections.ts'
import { DisabledRuns } from './disabled-runs.ts'
import { Findings } from './findings.ts'
import { Leaders } from './leaders.ts'
import { AddressLooker } from './look-at-addresses.ts'
import { lookAtNodes } from './look-at-nodes.ts'
import { NormalNames } from './normal-names.ts'
import type { Observation } from './observation.ts'
import { Recoveries } from './recoveries.ts'
import type { Story } from './story.ts'
import { TakeoverRuns } from './takeover-runs.ts'
import { Teller } from './teller.ts'
import type { TimelineEntry } from './timeline.ts'

type Seen = Extract<Observation, { kind: 'seen' }>
type Told = Extract<Observation, { kind: 'told' }>
type Disabling = Extract<Told, { event: 'DISABLE_TAKEOVER_RUNS' }>

/** For so long a leader that begins a takeover run asks the others to keep out of its way, in every version. */
const RUN_SECONDS = 60

/** The story before anything was observed. */
export const beginStory = (): Story => ({ nodes: [], addresses: [], findings: [] })

/**
 * The story of a cluster that is being watched: told what is observed, it knows how things stand, and what to write into the timeline. An
 * event counts from the moment at which it was told; what a look shows counts only where the node has told nothing newer since the
 * look began. Neither is told twice. It holds what there is of the cluster, and of the past only what the next entries need.
 */
export class Chronicle {
  private readonly teller: Teller
  private readonly cluster = new ClusterRecords()
  private readonly names = new NormalNames()
  private readonly causes = new Causes(this.cluster)
  private readonly runs: TakeoverRuns
  private readonly disabledRuns: DisabledRuns
  private readonly recoveries: Recoveries
  private readonly leaders: Leaders
  private readonly findings: Findings
  private readonly connections: Connections
  private readonly addresses: AddressChronicle
  private readonly looker: AddressLooker
  private last: Pick<Story, 'snapshot' | 'seenAtMs'> = {}
  private lastBeganMs = 0
  private current: Story | undefined = beginStory()

  /** @param firstId of the first entry. */
  constructor(firstId = 1) {
    const { cluster, causes, names } = this
    const teller = new Teller(firstId)
    this.teller = teller
    this.runs = new TakeoverRuns(teller, causes, () => this.addresses.tellAbsent())
    this.disabledRuns = new DisabledRuns(teller)
    this.recoveries = new Recoveries(teller)
    this.leaders = new Leaders({ cluster, causes, teller })
    this.findings = new Findings(teller)
    this.connections = new Connections(teller, cluster)
    this.addresses = new AddressChronicle(cluster, causes, teller, () => this.runs.sinceMs !== undefined)
    this.looker = new AddressLooker({ cluster, chronicle: this.addresses, teller, names })
  }

  /** How things stand; the same objects, down to each node and address, as long as nothing of them has changed. */
  get story(): Story {
    this.current ??= this.tell()
    return this.current
  }

  /** Takes in what was observed. Returns what is new in the timeline. */
  observe(observation: Observation): readonly TimelineEntry[] {
    this.current = undefined
    this.runs.passed(observation.atMs)
    this.disabledRuns.passed(observation.atMs)
    switch (observation.kind) {
      case 'seen':
        this.seen(observation)
        break
      case 'told':
        this.told(observation)
        break
      case 'leader':
        this.leaders.told(observation.pnn, observation.atMs)
        break
      case 'blind':
        this.connections.blind(observation)
        break
      case 'sighted':
        this.connections.sighted(observation)
        break
      case 'audited':
        this.findings.audited(observation.report, observation.atMs)
        break
      case 'done':
        this.done(observation)
    }
    return this.teller.take()
  }

  private seen({ snapshot, atMs, beganMs, heard = [] }: Seen): void {
    const { cluster, causes, teller } = this
    const isFirst = this.last.snapshot === undefined
    const flags = new Map<Pnn, number>(snapshot.nodeMap.map((node) => [node.pnn, node.flags]))
    const isGone = (pnn: Pnn) =>
      hasFlag({ flags: flags.get(pnn) ?? NODE_FLAG.DELETED }, NODE_FLAG.DISCONNECTED | NODE_FLAG.DELETED)
    lookAtNodes({ atMs, snapshot, isFirst, lastBeganMs: this.lastBeganMs }, { cluster, causes, teller })
    this.connections.listened(heard, atMs)
    this.leaders.seen(snapshot.leader.pnn, { atMs, beganMs })
    this.recoveries.seen(snapshot, { atMs, beganMs, isFirst })
    const facts = new Map(snapshot.nodes.map((each) => [each.pnn, each]))
    this.looker.look({ atMs, beganMs, facts, isFirst, isGone })
    this.last = { snapshot, seenAtMs: atMs }
    this.lastBeganMs = beganMs
    if (isFirst) this.tellBeginning(snapshot, atMs)
  }

  private tellBeginning({ leader }: Snapshot, atMs: number): void {
    const { nodes, addresses } = this.cluster
    const leads = leader.pnn === null ? 'nobody leads' : `node ${leader.pnn} leads`
    const text = `watching ${counted(nodes.size, 'node', 'nodes')} and ${counted(addresses.length, 'address', 'addresses')}; ${leads}`
    const pnns = [...nodes.keys()]
    this.teller.tell(atMs, { kind: 'connection', what: 'began', text, tone: 'plain', pnns, addresses: [] })
  }

  private told(told: Told): void {
    const { event, address, pnn, atMs } = told
    if (event === 'DISABLE_TAKEOVER_RUNS') this.disabled(told)
    else if (event === 'START_IPREALLOCATE') this.runs.started('own', pnn, atMs)
    else if (event === 'IPREALLOCATED') this.runs.ended('own', pnn, atMs)
    else if (event === 'RECONFIGURE') this.recoveries.told(pnn, atMs)
    else if (address !== undefined) {
      this.addresses.told(event, this.names.of(address), pnn, atMs)
      this.cluster.node(pnn).heard = true
    }
  }

  private disabled(told: Disabling): void {
    const { pnn, atMs, seconds, wantsAnswer } = told
    if (wantsAnswer || (seconds !== 0 && seconds !== RUN_SECONDS)) this.disabledRuns.told(told)
    else if (seconds === 0) this.runs.ended('asked', pnn, atMs)
    else this.runs.started('asked', pnn, atMs)
  }

  private done(done: Extract<Observation, { kind: 'done' }>): void {
    this.causes.noteDone(done)
    const { atMs, begunMs, text, pnns, addresses, stage = 'done' } = done
    const tone = stage === 'failed' ? 'error' : begunMs === undefined ? 'plain' : 'good'
    const took = begunMs === undefined ? {} : { awayMs: atMs - begunMs }
    this.teller.tell(atMs, { kind: 'action', what: stage, text, tone, pnns, addresses, ...took })
  }

  private tell(): Story {
    const { leaders, runs, recoveries, connections } = this
    const [runSince, recoverySince, blind] = [runs.sinceMs, recoveries.sinceMs, connections.blindness]
    return {
      ...this.last,
      ...(leaders.current !== undefined && { leader: leaders.current }),
      nodes: this.cluster.showNodes(leaders.current),
      addresses: this.cluster.showAddresses(),
      findings: this.findings.current,
      ...(runSince !== undefined && { takeoverRunSinceMs: runSince }),
      ...(recoverySince !== undefined && { recoverySinceMs: recoverySince }),
      ...(blind && { blind }),
    }
  }
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`
