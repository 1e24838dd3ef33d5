import { hasFlag, isReachable, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import type { ClusterViews } from '../cluster/views.ts'
import { outOfSight, outOfSightNow, seenByCluster, viewsIn } from '../snapshot/cluster-view.ts'
import { factsOf, type Snapshot } from '../snapshot/snapshot.ts'
import { Causes } from './causes.ts'
import { ClusterRecords } from './cluster-records.ts'
import type { ClusterState } from './cluster-state.ts'
import { Connections } from './connections.ts'
import { DisabledRuns, RUN_SECONDS } from './disabled-runs.ts'
import { durationText } from './duration.ts'
import { Findings } from './findings.ts'
import { KernelFaults } from './kernel-faults.ts'
import { Leaders } from './leaders.ts'
import { NormalNames } from './normal-names.ts'
import type { Observation } from './observation.ts'
import { Ownership } from './ownership.ts'
import { Recoveries } from './recoveries.ts'
import { AddressObserver } from './sample-addresses.ts'
import { sampleNodes } from './sample-nodes.ts'
import { Sight } from './sight.ts'
import { TakeoverRuns } from './takeover-runs.ts'
import type { TimelineEntry } from './timeline.ts'
import { TimelineWriter } from './timeline-writer.ts'

type Sample = Extract<Observation, { kind: 'seen' }>
type DaemonEvent = Extract<Observation, { kind: 'told' }>
type Disabling = Extract<DaemonEvent, { event: 'DISABLE_TAKEOVER_RUNS' }>

/** A sample takes its time; one that is later than its interval and this is late. */
const LATE_MS = 1_000

/** The state before anything was observed. */
export const emptyState = (): ClusterState => ({ nodes: [], addresses: [], findings: [] })

/**
 * Follows a watched cluster: takes observations, keeps the current state, and makes the entries of the timeline. An event counts from the
 * moment at which a node reported it. A sample counts only where the node has reported nothing newer since the sample began. Nothing is
 * reported twice. The tracker keeps the present, and of the past only what the next entries need.
 *
 * @example
 * ```ts
 * import { ClusterTracker, openCluster } from 'ctdbts'
 *
 * const cluster = await openCluster({ hosts: ['node1'] })
 * const tracker = new ClusterTracker()
 * cluster.follow((observation) => {
 *   for (const { text } of tracker.observe(observation)) console.log(text)
 * })
 * ```
 */
export class ClusterTracker {
  private readonly writer: TimelineWriter
  private readonly cluster = new ClusterRecords()
  private readonly names = new NormalNames()
  private readonly causes = new Causes(this.cluster)
  private readonly runs: TakeoverRuns
  private readonly disabledRuns: DisabledRuns
  private readonly recoveries: Recoveries
  private readonly leaders: Leaders
  private readonly sight: Sight
  private readonly findings: Findings
  private readonly connections: Connections
  private readonly ownership: Ownership
  private readonly addresses: AddressObserver
  private last: Pick<ClusterState, 'snapshot' | 'seenAtMs'> = {}
  private lastBeganMs = 0
  private isLate = false
  /** Nodes whose daemons do not speak for the cluster: they are cut off from it, or have just started. */
  private outside: ReadonlySet<Pnn> = new Set()
  private current: ClusterState | undefined = emptyState()

  /** @param firstId id of the first entry. */
  constructor(firstId = 1) {
    const { cluster, causes, names } = this
    const writer = new TimelineWriter(firstId)
    const faults = new KernelFaults({ cluster, causes, writer })
    this.writer = writer
    this.recoveries = new Recoveries(writer)
    const isInRecovery = () => this.recoveries.isOfLeader
    this.runs = new TakeoverRuns(writer, causes, () => faults.reportLost(), isInRecovery)
    this.disabledRuns = new DisabledRuns(writer)
    this.leaders = new Leaders({ cluster, causes, writer })
    this.sight = new Sight(writer)
    this.findings = new Findings(writer)
    this.connections = new Connections(writer, cluster)
    const isRunInProgress = () => this.runs.sinceMs !== undefined
    this.ownership = new Ownership({ cluster, causes, writer, faults, isRunInProgress })
    this.addresses = new AddressObserver({ cluster, ownership: this.ownership, faults, writer, names })
  }

  /** The current state. Nodes and addresses that have not changed are the same objects as before. */
  get state(): ClusterState {
    this.current ??= this.makeState()
    return this.current
  }

  /** Takes an observation and returns the new entries of the timeline. */
  observe(observation: Observation): readonly TimelineEntry[] {
    this.current = undefined
    this.runs.timePassed(observation.atMs)
    this.disabledRuns.timePassed(observation.atMs)
    switch (observation.kind) {
      case 'seen':
        this.seen(observation)
        break
      case 'told':
        this.reported(observation)
        break
      case 'leader':
        if (!this.outside.has(observation.toldBy)) this.leaders.reported(observation.pnn, observation.atMs)
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
    return this.writer.take()
  }

  private seen({ snapshot: sample, atMs, beganMs, heard = [], everyMs }: Sample): void {
    const { cluster, causes, writer, lastBeganMs } = this
    const views = viewsIn(sample)
    const snapshot = withKnownNodes(seenByCluster(sample), views, this.last.snapshot)
    const unseen = outOfSightNow(sample)
    const alone = outOfSight(sample).size > 0 ? views.viewer?.pnn : undefined
    this.outside = new Set([...views.cutOff, ...views.starting, ...(alone === undefined ? [] : [alone])])
    const isFirst = this.last.snapshot === undefined
    const flags = new Map<Pnn, number>(snapshot.nodeMap.map((node) => [node.pnn, node.flags]))
    const isOutOfSight = (pnn: Pnn) => unseen.has(pnn)
    const isGone = (pnn: Pnn) =>
      !isOutOfSight(pnn) && hasFlag({ flags: flags.get(pnn) ?? NODE_FLAG.DELETED }, NODE_FLAG.DISCONNECTED | NODE_FLAG.DELETED)
    sampleNodes(snapshot, isFirst, { atMs, beganMs, lastBeganMs, isOutOfSight, cluster, causes, writer })
    this.connections.listenedTo(heard, atMs)
    this.leaders.heard(namedLeaders(sample, views), { atMs, beganMs })
    // While no daemon answers, nobody can say that there is no leader.
    const someoneAnswers = [...cluster.nodes.values()].some(({ answers }) => answers)
    // Of nodes that are not seen, one may lead. A daemon that has just started has heard of none yet, which says nothing.
    const isWithoutLeader = views.groups.length > 0 || isFirst
    const isLeaderHidden = alone === undefined ? isWithoutLeader && unseen.size > 0 : snapshot.leader.pnn !== alone
    if (isLeaderHidden) this.leaders.lostSight()
    else if (snapshot.leader.pnn !== null || someoneAnswers)
      this.leaders.seen(snapshot.leader.pnn, { atMs, beganMs, isAlone: alone !== undefined })
    if (!this.hearsRuns(snapshot, views)) causes.noteUnhearableRuns(atMs)
    this.recoveries.seen(snapshot, { atMs, beganMs, isFirst, isAlone: alone !== undefined, isPart: unseen.size > 0 })
    const facts = new Map(snapshot.nodes.map((each) => [each.pnn, each]))
    this.addresses.seen({ atMs, beganMs, facts, isFirst, isGone })
    this.reportLate(atMs, everyMs)
    this.last = { snapshot, seenAtMs: atMs }
    this.lastBeganMs = beganMs
    if (isFirst) this.reportBeginning(atMs)
    this.sight.seen(views, unseen, atMs)
  }

  /** Whether a takeover run would be heard of: a leader asks the other nodes to start none meanwhile. Its own node may say nothing. */
  private hearsRuns({ nodeMap, leader }: Snapshot, { groups }: ClusterViews): boolean {
    if (groups.length > 1 && groups.some(({ members }) => members.length === 1)) return false
    return nodeMap.some((node) => node.pnn !== leader.pnn && isReachable(node) && this.cluster.nodes.get(node.pnn)?.heard)
  }

  /** Reports once that samples come late, so that changes are reported later than they should. */
  private reportLate(atMs: number, everyMs: number | undefined): void {
    const { seenAtMs } = this.last
    if (everyMs === undefined || seenAtMs === undefined) return
    const gapMs = atMs - seenAtMs
    const wasLate = this.isLate
    this.isLate = gapMs > 2 * everyMs + LATE_MS
    if (!this.isLate || wasLate) return
    const text = `no sample for ${durationText(gapMs)}, though one is due every ${durationText(everyMs)}: changes were seen late`
    this.writer.add(atMs, { kind: 'connection', what: 'late', text, tone: 'warning', pnns: [], addresses: [] })
  }

  private reportBeginning(atMs: number): void {
    const { nodes, addresses } = this.cluster
    const { current } = this.leaders
    const unknown = current === undefined ? 'the leader is not known' : 'no leader'
    const leaderText = typeof current === 'number' ? `node ${current} is the leader` : unknown
    const text = `watching ${counted(nodes.size, 'node', 'nodes')} and ${counted(addresses.length, 'address', 'addresses')}; ${leaderText}`
    const pnns = [...nodes.keys()]
    this.writer.add(atMs, { kind: 'connection', what: 'began', text, tone: 'plain', pnns, addresses: [] })
  }

  private reported(report: DaemonEvent): void {
    const { event, address, pnn, atMs } = report
    if (event === 'DISABLE_TAKEOVER_RUNS') this.disabled(report)
    else if (event === 'TAKEOVER_RUN') this.causes.runRequests.note(report)
    else if (event === 'START_IPREALLOCATE') this.runs.started('own', pnn, atMs)
    else if (event === 'IPREALLOCATED') this.runs.ended('own', pnn, atMs)
    else if (event === 'RECONFIGURE') this.recovered(pnn, atMs)
    else if (address !== undefined) {
      this.ownership.reported(event, this.names.of(address), pnn, atMs)
      this.cluster.node(pnn).heard = true
    }
  }

  /** Every recovery has a takeover run, whether that was heard of or not. */
  private recovered(pnn: Pnn, atMs: number): void {
    this.recoveries.reported(pnn, atMs)
    this.causes.noteUnhearableRuns(atMs)
  }

  private disabled(request: Disabling): void {
    const { pnn, atMs, seconds, wantsAnswer } = request
    if (wantsAnswer || (seconds !== 0 && seconds !== RUN_SECONDS)) this.disabledRuns.requested(request)
    else if (seconds === 0) this.runs.ended('asked', pnn, atMs)
    else this.runs.started('asked', pnn, atMs)
  }

  private done(action: Extract<Observation, { kind: 'done' }>): void {
    this.causes.noteAction(action)
    const { atMs, begunMs, text, pnns, addresses, stage = 'done' } = action
    const tone = stage === 'failed' ? 'error' : begunMs === undefined ? 'plain' : 'good'
    const took = begunMs === undefined ? {} : { awayMs: atMs - begunMs }
    this.writer.add(atMs, { kind: 'action', what: stage, text, tone, pnns, addresses, ...took })
  }

  private makeState(): ClusterState {
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

/**
 * A daemon that has just started reports all other nodes as disconnected. If none is left that knows them, they stay as they were: what became
 * of them is not known.
 */
function withKnownNodes(snapshot: Snapshot, { viewer, starting }: ClusterViews, before: Snapshot | undefined): Snapshot {
  if (viewer || !before || starting.length === 0) return snapshot
  const known = new Map(before.nodeMap.map((node) => [node.pnn, node]))
  const own = new Set(starting)
  const nodeMap = snapshot.nodeMap.map((node) => (own.has(node.pnn) ? node : (known.get(node.pnn) ?? node)))
  return { ...snapshot, nodeMap, leader: before.leader }
}

/** The leaders that active nodes of the group that counts have heard last, by PNN. One that takes no part may name a former one. */
function namedLeaders(snapshot: Snapshot, { groups: [group] }: ClusterViews): readonly Pnn[] {
  const { active, leaders } = group ?? { active: [], leaders: [] }
  const named = new Set(active.flatMap((pnn) => factsOf(snapshot, pnn)?.leaders?.slice(-1) ?? []))
  return (leaders ?? []).filter((pnn) => named.has(pnn))
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`
