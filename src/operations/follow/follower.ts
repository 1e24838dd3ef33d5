import { CtdbtsError } from '../../lib/errors.ts'
import type { Snapshot } from '../../lib/snapshot/snapshot.ts'
import type { Observation } from '../../lib/watch/observation.ts'
import { type Auditor, AuditSeries } from '../audit/audit-series.ts'
import { Cluster, type ClusterOptions } from '../reach/cluster.ts'
import type { Broadcast } from '../reach/listener.ts'
import { Audits } from './audits.ts'
import { ClusterReconnector } from './cluster-reconnector.ts'
import { LeaderChanges } from './leader-changes.ts'
import { hasTimedOut, isChanged, reconnectedNodes, withHostFactsBefore } from './sample-comparison.ts'
import { EARLY_MS, SampleSchedule } from './sample-schedule.ts'
import { markSilentNodes, unmarkBusyMachines } from './silence.ts'
import { isEndedBy } from './sleep.ts'
import { SuspensionDetector } from './suspension.ts'

/** Time limit for answers, even if the cluster has a longer one: a view without one node is better than a view that stops. */
const ANSWER_MS = 3_000
/** Time limit for reading all files and rules of a machine. */
const FULL_SAMPLE_MS = 5_000
/** Unless something happens, the next audit starts no earlier than this many times the duration of the last one: large clusters cost more. */
const AUDIT_SHARE = 40
/** When no message has arrived for this long, changes are over. */
const SETTLED_MS = 1_000

export interface FollowOptions {
  readonly cluster: ClusterOptions
  /** Milliseconds between the starts of two samples. */
  readonly intervalMs: number
  /** Milliseconds between two full samples, each of which is audited. */
  readonly auditEveryMs: number
  /** Runs the audits; by default in this thread. */
  readonly auditor?: Auditor | undefined
  /** Called with every observation, in the order of time. */
  readonly observe: (observation: Observation) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * Follows a cluster: reports the broadcasts of its daemons at once; samples all nodes at an interval, and soon after each event; audits the
 * cluster; and reconnects to nodes that cannot be reached. Nothing that happens in the cluster ends it.
 */
export class Follower implements Disposable {
  /** The first sample. Rejects with a CtdbtsError when the cluster cannot be opened; then the follower has ended. */
  readonly firstSample: Promise<Snapshot>
  private readonly options: FollowOptions
  private readonly closing = new AbortController()
  private readonly schedule: SampleSchedule
  private readonly suspension = new SuspensionDetector()
  private readonly leaderChanges = new LeaderChanges()
  private readonly audits: Audits
  private readonly first = Promise.withResolvers<Snapshot>()
  private intervalMs: number
  /** Since the last sample, samples were paused. */
  private isInterrupted = false
  private opened: Cluster | undefined
  private reconnector: ClusterReconnector | undefined
  private last: Snapshot | undefined
  /** When the next regular full sample is due, and when one after changes is due; both of `performance.now()`. */
  private fullDueMs = 0
  private settledDueMs = Number.POSITIVE_INFINITY

  private constructor(options: FollowOptions) {
    this.options = options
    this.audits = new Audits(options.auditor ?? new AuditSeries(), (report) =>
      this.observe({ kind: 'audited', atMs: Date.now(), report }),
    )
    this.intervalMs = options.intervalMs
    this.schedule = new SampleSchedule(options.intervalMs, () => this.takeSample())
    this.firstSample = this.first.promise
    // Callers need not wait for it.
    this.firstSample.catch(() => {})
  }

  static start(options: FollowOptions): Follower {
    const follower = new Follower(options)
    const { signal } = options
    signal?.addEventListener('abort', () => follower.close(), { once: true })
    if (signal?.aborted) follower.close()
    void follower.open()
    return follower
  }

  /** The cluster, for other requests; undefined until it is open. */
  get cluster(): Cluster | undefined {
    return this.opened
  }

  /** Takes a sample as soon as possible, paused or not. */
  sampleNow(): void {
    if (this.opened) this.schedule.now()
  }

  /** @param intervalMs milliseconds between the starts of two samples, from now on. */
  setInterval(intervalMs: number): void {
    this.intervalMs = intervalMs
    this.schedule.setInterval(intervalMs)
  }

  /** Takes no samples until `resume`. Broadcasts, and nodes lost and found again, are still reported. */
  pause(): void {
    this.isInterrupted = true
    this.schedule.pause()
  }

  resume(): void {
    this.schedule.resume()
  }

  /** Ends everything at once. */
  close(): void {
    if (this.closing.signal.aborted) return
    this.closing.abort(new CtdbtsError('CLOSED', 'the cluster is no longer followed'))
    this.schedule[Symbol.dispose]()
    this.suspension[Symbol.dispose]()
    this.opened?.[Symbol.dispose]()
    this.first.reject(this.closing.signal.reason)
  }

  [Symbol.dispose](): void {
    this.close()
  }

  private async open(): Promise<void> {
    const { cluster: options } = this.options
    const { signal } = this.closing
    try {
      const firstAnswerMs = Math.min(ANSWER_MS, options.timeoutMs)
      const onBroadcast = (broadcast: Broadcast) => this.receive(broadcast)
      const cluster = await Cluster.open({ ...options, firstAnswerMs, signal, onBroadcast })
      if (signal.aborted) return cluster[Symbol.dispose]()
      this.opened = cluster
    } catch (error) {
      this.first.reject(error)
      this.close()
      return
    }
    this.reconnector = new ClusterReconnector({
      cluster: this.opened,
      timeoutMs: Math.min(ANSWER_MS, options.timeoutMs),
      signal,
      observe: (observation) => this.observe(observation),
      onFound: () => this.scheduleFullSample(0),
    })
    this.reconnector.adoptNodes()
    this.schedule.now()
  }

  private observe(observation: Observation): void {
    if (!this.closing.signal.aborted) this.options.observe(observation)
  }

  private receive(broadcast: Broadcast): void {
    if (broadcast.kind === 'leader') {
      if (!this.leaderChanges.isNew(broadcast)) return
    } else if (!isAnnouncement(broadcast)) this.scheduleFullSample(SETTLED_MS)
    this.observe(broadcast)
    if (this.opened) this.schedule.soon()
  }

  /** Schedules a full sample after `delayMs`, instead of the time given in the previous call. */
  private scheduleFullSample(delayMs: number): void {
    this.settledDueMs = performance.now() + delayMs
    if (this.opened) this.schedule.later(this.settledDueMs)
  }

  private async takeSample(): Promise<void> {
    const cluster = this.opened
    const { signal } = this.closing
    if (!cluster || !(cluster.reachability.hasDaemon || cluster.reachability.hasMachine)) return
    try {
      await this.sample(cluster, signal)
    } catch (error) {
      if (!isEndedBy(signal, error)) throw error
    }
  }

  private async sample(cluster: Cluster, signal: AbortSignal): Promise<void> {
    const began = { atMs: Date.now(), steadyMs: performance.now() }
    const isFull = this.startsFullSample(began.steadyMs)
    if (isFull) unmarkBusyMachines(cluster.reachability)
    const timeoutMs = Math.min(ANSWER_MS, this.options.cluster.timeoutMs)
    const snapshot = await cluster.sample({
      timeoutMs,
      hostTimeoutMs: isFull ? FULL_SAMPLE_MS : timeoutMs,
      before: this.last,
      extent: isFull ? 'all' : 'kernel',
      signal,
    })
    if (signal.aborted) return
    if (this.suspension.wasSuspendedSince(began.steadyMs) && hasTimedOut(snapshot)) return this.sampleAgain(cluster, isFull)
    const silent = markSilentNodes(cluster.reachability, snapshot, isFull)
    for (const pnn of silent) this.reconnector?.check(pnn)
    this.report(cluster, snapshot, began.atMs, isFull)
  }

  /** Whether the sample that starts now is a full one; if so, schedules the next. */
  private startsFullSample(nowMs: number): boolean {
    if (nowMs + EARLY_MS < Math.min(this.fullDueMs, this.settledDueMs)) return false
    this.settledDueMs = Number.POSITIVE_INFINITY
    this.fullDueMs = nowMs + this.options.auditEveryMs
    return true
  }

  /** For a sample during which this process was suspended: time limits that passed meanwhile mean nothing. */
  private sampleAgain({ reachability }: Cluster, isFull: boolean): void {
    for (const pnn of reachability.silentNodes('daemon')) reachability.markAnswering('daemon', pnn)
    if (isFull) this.scheduleFullSample(0)
    else this.schedule.soon()
  }

  private report(cluster: Cluster, snapshot: Snapshot, beganMs: number, isFull: boolean): void {
    const before = this.last
    this.last = before ? withHostFactsBefore(snapshot, before) : snapshot
    this.first.resolve(this.last)
    const due = this.isInterrupted ? {} : { everyMs: this.intervalMs }
    this.isInterrupted = this.schedule.paused
    this.observe({ kind: 'seen', atMs: Date.now(), beganMs, snapshot: this.last, heard: cluster.listenedTo, ...due })
    cluster.reachability.hosts.adopt(snapshot.nodeMap)
    this.reconnector?.adoptNodes()
    for (const pnn of reconnectedNodes(before, snapshot)) this.reconnector?.retryNow(pnn)
    if (isFull) void this.audit(cluster, snapshot, beganMs)
    else if (before && isChanged(before, snapshot)) this.scheduleFullSample(SETTLED_MS)
  }

  private async audit(cluster: Cluster, snapshot: Snapshot, beganMs: number): Promise<void> {
    const outcome = await this.audits.run(cluster, snapshot, beganMs)
    if (!outcome) return
    const { tookMs, againMs } = outcome
    this.fullDueMs = Math.max(this.fullDueMs, performance.now() + AUDIT_SHARE * tookMs)
    const isWanted = againMs !== undefined && this.settledDueMs === Number.POSITIVE_INFINITY
    if (isWanted) this.scheduleFullSample(Math.max(againMs, tookMs))
  }
}

/** Whether a broadcast announces something that has not happened yet. */
const isAnnouncement = (broadcast: Extract<Broadcast, { readonly kind: 'told' }>): boolean =>
  broadcast.event === 'START_IPREALLOCATE' ||
  broadcast.event === 'TAKEOVER_RUN' ||
  (broadcast.event === 'DISABLE_TAKEOVER_RUNS' && broadcast.seconds > 0)
