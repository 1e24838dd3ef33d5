import { hasFlag, NODE_FLAG, type Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { factsOf, type MissingFact, type NodeFacts, type Snapshot } from '../../lib/snapshot/snapshot.ts'
import type { Observation } from '../../lib/watch/observation.ts'
import { type Audited, type Auditor, AuditSeries, type FullLook } from './audit-series.ts'
import { Cluster, type ClusterOptions } from './cluster.ts'
import { Keepers } from './keepers.ts'
import { LeaderNews } from './leader-news.ts'
import type { Heard } from './listener.ts'
import { EARLY_MS, LookSchedule } from './look-schedule.ts'
import { isEndedBy } from './waiting.ts'
import { Wakefulness } from './wakefulness.ts'

/** What does not answer for so long is taken for silent: a view that stands still is worth less than one that lacks a node. */
const ANSWER_MS = 3_000
/** A machine may take so long for all its files and rules. */
const FULL_LOOK_MS = 5_000
/** So many times as long as an audit took, there is none, unless something happens. */
const AUDIT_SHARE = 10
/** After so long without another message, what moved has come to rest. */
const SETTLED_MS = 1_000

export interface FollowOptions {
  readonly cluster: ClusterOptions
  /** Between the beginnings of two looks. */
  readonly intervalMs: number
  /** Between two full looks with an audit. */
  readonly auditEveryMs: number
  /** Who audits; this very thread unless given. */
  readonly auditor?: Auditor | undefined
  /** Told of everything, in the order of time. */
  readonly observe: (observation: Observation) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * Keeps a cluster in sight: tells of what its daemons tell, at once; looks at all nodes at an interval and soon after each event; audits it;
 * and goes again to what cannot be reached. Nothing that a live cluster can do ends it.
 */
export class Follower implements Disposable {
  /** The first look. @throws CtdbtsError why no look is possible at all; then the follower has ended. */
  readonly firstLook: Promise<Snapshot>
  private readonly options: FollowOptions
  private readonly closing = new AbortController()
  private readonly schedule: LookSchedule
  private readonly wakefulness = new Wakefulness()
  private readonly leaderNews = new LeaderNews()
  private readonly auditor: Auditor
  private isAuditing = false
  private lastFullMs = 0
  private readonly first = Promise.withResolvers<Snapshot>()
  private opened: Cluster | undefined
  private keepers: Keepers | undefined
  private last: Snapshot | undefined
  /** When a full look is due, and when another because things have come to rest; by the monotonic clock. */
  private fullDueMs = 0
  private restDueMs = Number.POSITIVE_INFINITY

  private constructor(options: FollowOptions) {
    this.options = options
    this.auditor = options.auditor ?? new AuditSeries()
    this.schedule = new LookSchedule(options.intervalMs, () => this.look())
    this.firstLook = this.first.promise
    // Whoever does not wait for it does without.
    this.firstLook.catch(() => {})
  }

  static start(options: FollowOptions): Follower {
    const follower = new Follower(options)
    const { signal } = options
    signal?.addEventListener('abort', () => follower.close(), { once: true })
    if (signal?.aborted) follower.close()
    void follower.open()
    return follower
  }

  /** The cluster, for what else is to be asked of it; undefined until it has been gone to. */
  get cluster(): Cluster | undefined {
    return this.opened
  }

  /** Looks as soon as possible, paused or not. */
  lookNow(): void {
    if (this.opened) this.schedule.now()
  }

  /** @param intervalMs between the beginnings of two looks, from now on. */
  setInterval(intervalMs: number): void {
    this.schedule.setInterval(intervalMs)
  }

  /** No look is made; what is told, and what is lost and found again, is observed all the same. */
  pause(): void {
    this.schedule.pause()
  }

  resume(): void {
    this.schedule.resume()
  }

  /** Ends everything at once. */
  close(): void {
    if (this.closing.signal.aborted) return
    this.closing.abort(new CtdbtsError('CLOSED', 'the cluster is not followed any more'))
    this.schedule[Symbol.dispose]()
    this.wakefulness[Symbol.dispose]()
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
      const onHeard = (heard: Heard) => this.hear(heard)
      const cluster = await Cluster.open({ ...options, firstAnswerMs, signal, onHeard })
      if (signal.aborted) return cluster[Symbol.dispose]()
      this.opened = cluster
    } catch (error) {
      this.first.reject(error)
      this.close()
      return
    }
    this.keepers = new Keepers({
      cluster: this.opened,
      timeoutMs: Math.min(ANSWER_MS, options.timeoutMs),
      signal,
      observe: (observation) => this.observe(observation),
      onSighted: () => this.lookFullyAfter(0),
    })
    this.keepers.keepAll()
    this.schedule.now()
  }

  private observe(observation: Observation): void {
    if (!this.closing.signal.aborted) this.options.observe(observation)
  }

  private hear(heard: Heard): void {
    if (heard.kind === 'leader') {
      if (!this.leaderNews.isNew(heard)) return
    } else if (!isBeginning(heard)) this.lookFullyAfter(SETTLED_MS)
    this.observe(heard)
    if (this.opened) this.schedule.soon()
  }

  /** Wants a full look in so many milliseconds, instead of when that was said last. */
  private lookFullyAfter(restMs: number): void {
    this.restDueMs = performance.now() + restMs
    if (this.opened) this.schedule.later(this.restDueMs)
  }

  private async look(): Promise<void> {
    const cluster = this.opened
    const { signal } = this.closing
    if (!cluster || !(cluster.hasDaemon || cluster.hasMachine)) return
    try {
      await this.lookAt(cluster, signal)
    } catch (error) {
      if (!isEndedBy(signal, error)) throw error
    }
  }

  private async lookAt(cluster: Cluster, signal: AbortSignal): Promise<void> {
    const timeoutMs = Math.min(ANSWER_MS, this.options.cluster.timeoutMs)
    const began = { atMs: Date.now(), steadyMs: performance.now() }
    const isFull = began.steadyMs + EARLY_MS >= Math.min(this.fullDueMs, this.restDueMs)
    if (isFull) {
      this.restDueMs = Number.POSITIVE_INFINITY
      this.fullDueMs = began.steadyMs + this.options.auditEveryMs
    }
    if (isFull) tryBusyMachines(cluster)
    const snapshot = await cluster.sample({
      timeoutMs,
      hostTimeoutMs: isFull ? FULL_LOOK_MS : timeoutMs,
      before: this.last,
      extent: isFull ? 'all' : 'kernel',
      signal,
    })
    if (signal.aborted) return
    if (this.wakefulness.sleptSince(began.steadyMs) && hasTimedOut(snapshot)) return this.lookAnew(cluster, isFull)
    this.setAside(cluster, snapshot, isFull)
    const before = this.last
    this.last = before ? withLasting(snapshot, before) : snapshot
    this.first.resolve(this.last)
    this.observe({ kind: 'seen', atMs: Date.now(), beganMs: began.atMs, snapshot: this.last, heard: cluster.listenedTo })
    cluster.hosts.adopt(snapshot.nodeMap)
    this.keepers?.keepAll()
    for (const pnn of comeBack(before, snapshot)) this.keepers?.tryNow(pnn)
    if (isFull) void this.audit(cluster, snapshot, began.atMs)
    else if (before && shapeOf(before) !== shapeOf(snapshot)) this.lookFullyAfter(SETTLED_MS)
  }

  /** Whoever was stopped for a while has passed time limits that the nodes are not to blame for. */
  private lookAnew(cluster: Cluster, isFull: boolean): void {
    cluster.silent.daemon.clear()
    if (isFull) this.lookFullyAfter(0)
    else this.schedule.soon()
  }

  /** What has not answered is left out of the next looks, until it is found to answer again. */
  private setAside({ silent, hosts }: Cluster, { nodes }: Snapshot, isFull: boolean): void {
    for (const { pnn, missing, host } of nodes) {
      const daemon = missing.find(({ fact, code }) => fact === 'runState' && code === 'TIMEOUT')
      if (daemon) silent.daemon.set(pnn, errorOf(daemon))
      const machine = host ? undefined : missing.find(({ fact }) => fact === 'host' || fact === 'host.addresses')
      // What takes too long for all its files may be quick enough for the rest.
      const isSilent = machine !== undefined && SILENCE.has(machine.code) && !(isFull && machine.code === 'EXEC_TIMEOUT')
      if (isSilent && hosts.get(pnn)?.access) silent.host.set(pnn, errorOf(machine))
    }
    for (const pnn of [...silent.daemon.keys(), ...silent.host.keys()]) this.keepers?.check(pnn)
  }

  /** While one audit is under way, no other begins. */
  private async audit(cluster: Cluster, snapshot: Snapshot, beganMs: number): Promise<void> {
    if (this.isAuditing) return
    this.isAuditing = true
    const startMs = performance.now()
    const activity = cluster.activitySince(this.lastFullMs)
    this.lastFullMs = beganMs
    const { report, againMs } = await this.audited({ beganMs, snapshot, activity })
    if (report) this.observe({ kind: 'audited', atMs: Date.now(), report })
    const tookMs = performance.now() - startMs
    this.fullDueMs = Math.max(this.fullDueMs, performance.now() + AUDIT_SHARE * tookMs)
    const isWanted = againMs !== undefined && this.restDueMs === Number.POSITIVE_INFINITY
    if (isWanted) this.lookFullyAfter(Math.max(againMs, tookMs))
  }

  private async audited(look: FullLook): Promise<Audited> {
    try {
      return await this.auditor.add(look)
    } finally {
      this.isAuditing = false
    }
  }
}

/** Whether what was told of is yet to come. */
const isBeginning = (told: Extract<Heard, { readonly kind: 'told' }>): boolean =>
  told.event === 'START_IPREALLOCATE' || (told.event === 'DISABLE_TAKEOVER_RUNS' && told.seconds > 0)

/** What tells that a machine does not answer any more, and not that it lacks something. */
const SILENCE: ReadonlySet<string> = new Set(['EXEC_TIMEOUT', 'SSH_TIMEOUT', 'SSH_CLOSED', 'NO_POWER'])

/** Machines whose daemons answer are looked at again, though they were too slow. */
function tryBusyMachines(cluster: Cluster): void {
  for (const pnn of [...cluster.silent.host.keys()]) if (cluster.answers(pnn)) cluster.silent.host.delete(pnn)
}

const errorOf = ({ code, message }: MissingFact): CtdbtsError => new CtdbtsError(code, message)

const hasTimedOut = ({ nodes }: Snapshot): boolean =>
  nodes.some(({ missing }) => missing.some(({ code }) => code === 'TIMEOUT' || code === 'EXEC_TIMEOUT'))

/** What a light look leaves out of a machine is as it was. */
function withLasting(snapshot: Snapshot, before: Snapshot): Snapshot {
  const nodes = snapshot.nodes.map((facts): NodeFacts => {
    const { host } = facts
    const hostBefore = factsOf(before, facts.pnn)?.host
    return host && hostBefore ? { ...facts, host: { ...hostBefore, ...host } } : facts
  })
  return { ...snapshot, nodes }
}

/** Nodes that the others are connected to again. */
const comeBack = (before: Snapshot | undefined, now: Snapshot): Pnn[] => {
  const isAway = (flags: number) => hasFlag({ flags }, NODE_FLAG.DISCONNECTED)
  const away = new Set(before?.nodeMap.flatMap(({ pnn, flags }) => (isAway(flags) ? [pnn] : [])))
  return now.nodeMap.flatMap(({ pnn, flags }) => (away.has(pnn) && !isAway(flags) ? [pnn] : []))
}

/** What findings follow from, besides addresses that move. */
const shapeOf = ({ nodeMap, nodes, leader }: Snapshot): string =>
  JSON.stringify([
    leader.pnn,
    nodeMap.map(({ pnn, flags }) => [pnn, flags]),
    nodes.map(({ runState, recoveryMode, interfaces, host }) => [
      runState,
      recoveryMode,
      interfaces?.map(({ name, linkUp }) => [name, linkUp]),
      host?.links?.map(({ name, up, carrier }) => [name, up, carrier]),
    ]),
  ])
