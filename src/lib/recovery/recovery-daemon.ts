import { type ClusterNode, hasFlag, INACTIVE_FLAGS, isActive, isReachable, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { DESTINATION, SRVID } from '../cluster/srvid.ts'
import { type Ask, asking } from '../node/ask.ts'
import { ControlFailure, type ReplyOf, type Timeval } from '../node/control-types.ts'
import type { Daemon } from '../node/daemon.ts'
import type { Log } from '../node/log.ts'
import { type DisableRequest, type FlagChange, INTERNAL_SRVID, type RunRequest } from '../node/message-types.ts'
import type { Program } from '../process/program.ts'
import { type Process, until } from '../process/wait.ts'
import { runTakeover, TakeoverFailure } from '../takeover/run.ts'
import { Culprits } from './culprits.ts'
import { type ClusterLock, Leadership } from './leadership.ts'
import { type CheckedInterface, checkLocally, type LocalFinding } from './local-check.ts'
import { Operation } from './operation.ts'
import { recoverDatabases } from './recover.ts'
import { RunRequests } from './run-requests.ts'

/** For so long the others do not look for faults while the leader is at work, in seconds. It ends earlier, when the run does. */
const RUN_DISABLES_CHECKS = 60

/** What happens in a recovery daemon, for those who watch over it. */
export interface RecoveryWatcher {
  runStarted(pnn: Pnn): void
  runEnded(pnn: Pnn, ok: boolean): void
  answered(by: Pnn, to: RunRequest, answer: number): void
}

export interface RecoveryDaemonOptions {
  readonly daemon: Daemon
  /** It is a process of its own. */
  readonly program: Program
  readonly lock: ClusterLock
  /** Setting `leader timeout`. */
  readonly leaderTimeoutMs: number
  /** A new number for the next generation. */
  drawGeneration(): number
  readonly watcher: RecoveryWatcher
}

/**
 * A node's recovery daemon: about once a second it looks whether its own node is as it should be, and asks for a takeover run when it is not.
 * That of the leader looks after the whole cluster besides: flags, recoveries, takeover runs.
 */
export class RecoveryDaemon {
  readonly leadership: Leadership
  private readonly options: RecoveryDaemonOptions
  private readonly daemon: Daemon
  private readonly program: Program
  private readonly log: Log
  private readonly ask: Ask
  private readonly takeoverRuns: Operation
  private readonly recoveries: Operation
  private readonly requests = new RunRequests()
  private readonly culprits = new Culprits()
  private forceRebalance = new Set<Pnn>()
  private lastInterfaces: readonly CheckedInterface[] | undefined
  private needTakeoverRun = false
  private needRecovery = false
  private nodes: readonly ClusterNode[] = []

  constructor(options: RecoveryDaemonOptions) {
    const { daemon, program, lock, leaderTimeoutMs } = options
    this.options = options
    this.daemon = daemon
    this.program = program
    this.log = daemon.options.log
    this.ask = asking(program, daemon)
    this.takeoverRuns = new Operation('takeover runs', program, this.log)
    this.recoveries = new Operation('recoveries', program, this.log)
    this.leadership = new Leadership(daemon, program, lock, leaderTimeoutMs)
  }

  start(): void {
    this.log('recoverd', 'monitorStarted')
    this.listen()
    this.leadership.start()
    this.program.start(this.monitorCluster())
  }

  private get pnn(): Pnn {
    return this.daemon.pnn
  }

  /** Limit of an ordinary control. */
  private get limitMs(): number {
    return this.daemon.tunable('RecoverTimeout') * 1000
  }

  private listen(): void {
    const on = <T>(srvid: bigint, action: (data: T) => void) => {
      this.daemon.listen(
        srvid,
        this.program.guard((data: unknown) => action(data as T)),
      )
    }
    // Only noted: the main loop serves them, so that one run never starts inside of another.
    on<RunRequest>(SRVID.takeoverRun, (request) => this.requests.add(request))
    on<DisableRequest>(SRVID.disableTakeoverRuns, (request) => this.switchOff(this.takeoverRuns, request))
    on<DisableRequest>(SRVID.disableRecoveries, (request) => this.switchOff(this.recoveries, request))
    on<number>(SRVID.disableIpCheck, (seconds) => void this.takeoverRuns.disable(seconds))
    on<Pnn>(SRVID.rebalanceNode, (pnn) => {
      if (!this.leadership.isOurs) return
      this.log('recoverd', 'rebalanceAsked', pnn)
      this.forceRebalance.add(pnn)
    })
    on<FlagChange>(INTERNAL_SRVID.pushFlags, ({ pnn, newFlags }) => this.program.start(this.pushFlags(pnn, newFlags)))
    on<Pnn>(INTERNAL_SRVID.banning, (pnn) => this.blame(pnn, this.nodes.length))
  }

  private switchOff(operation: Operation, request: DisableRequest): void {
    const done = operation.disable(request.timeoutSeconds)
    this.reply(request, done ? this.pnn : -EAGAIN)
  }

  private reply({ pnn, replySrvid }: RunRequest, answer: number): void {
    if (replySrvid !== 0n) this.daemon.send(pnn, replySrvid, answer)
  }

  private *monitorCluster(): Process<never> {
    for (;;) {
      const startMs = this.program.nowMs
      try {
        yield* this.turn()
      } catch (error) {
        // A control that failed ends this turn; the next one sees further.
        if (!(error instanceof ControlFailure)) throw error
      }
      const restMs = this.daemon.tunable('RecoverInterval') * 1000 - (this.program.nowMs - startMs)
      if (restMs > 0) yield* until(this.program.sleep(restMs))
    }
  }

  /** One turn of the main loop. @throws ControlFailure when a node does not tell what it was asked. */
  private *turn(): Process<void> {
    if (this.leadership.electionInProgress) return
    yield* this.local('getRunState')
    this.nodes = yield* this.local('getNodeMap')
    if (yield* this.banCulprits()) return
    const recoveryMode = yield* this.local('getRecoveryMode')
    if (hasFlag(this.ownNode, INACTIVE_FLAGS)) {
      if (this.leadership.isOurs) this.leadership.resign()
      if (recoveryMode === 0) yield* this.ask(this.pnn, 'setRecoveryMode', 1, this.limitMs)
      return
    }
    if (recoveryMode === 0) yield* this.checkOwnNode()
    if (this.leadership.isOurs) yield* this.lookAfterCluster()
    else this.dropRequests()
  }

  private get ownNode(): Pick<ClusterNode, 'flags'> {
    return this.nodes[this.pnn] ?? { flags: NODE_FLAG.DELETED }
  }

  private *local<
    N extends 'getRunState' | 'getNodeMap' | 'getRecoveryMode' | 'getIfaces' | 'getAvailableIps' | 'getPublicIps' | 'uptime',
  >(name: N) {
    return yield* this.ask(DESTINATION.CURRENT_NODE, name, undefined, this.limitMs)
  }

  /** Only a leader serves requests, and only his list of nodes to be rebalanced counts. */
  private dropRequests(): void {
    this.requests.take()
    this.forceRebalance.clear()
  }

  // The node itself -----------------------------------------------------------------------------------------------------------

  private *checkOwnNode(): Process<void> {
    if (this.takeoverRuns.isDisabled) return
    const { era, kernel } = this.daemon.options
    const uptimeBefore = era === '2017' ? yield* this.local('uptime') : undefined
    const interfaces = yield* this.local('getIfaces')
    const available = yield* this.local('getAvailableIps')
    const known = yield* this.local('getPublicIps')
    if (uptimeBefore) {
      const uptimeAfter = yield* this.local('uptime')
      if (skipsAfterRecovery(uptimeBefore, uptimeAfter, this.log)) return
    }
    const addresses = yield* until(kernel.addresses())
    const held = new Set(addresses.map(({ address }) => address))
    const { lastInterfaces, pnn } = this
    this.lastInterfaces = interfaces
    const findings = checkLocally({ pnn, flags: this.ownNode.flags, interfaces, lastInterfaces, available, known, held }, era)
    if (findings.length === 0) return
    for (const finding of findings) this.logFinding(finding)
    this.log('recoverd', 'trigger')
    // 2017's recovery daemon told the recovery master; since then all are told, and only the leader acts.
    const to = era === '2017' ? this.leadership.leader : DESTINATION.CONNECTED_NODES
    const request: RunRequest = { pnn, replySrvid: 0n }
    if (to !== undefined) this.daemon.send(to, SRVID.takeoverRun, request)
  }

  private logFinding(finding: LocalFinding): void {
    const { log, pnn } = this
    if (finding.kind === 'interfacesFirst') log('recoverd', 'interfacesFirst', pnn)
    else if (finding.kind === 'interfaceCount') log('recoverd', 'interfaceCount', pnn, finding.before, finding.after)
    else if (finding.kind === 'interfaceChanged') {
      log('recoverd', 'interfaceChanged', pnn, finding.name, finding.before, finding.after)
    } else log('recoverd', finding.kind, finding.address)
  }

  // The cluster, as its leader -------------------------------------------------------------------------------------------------

  private *lookAfterCluster(): Process<void> {
    yield* this.updateFlags()
    if (this.needRecovery || (yield* this.someoneIsInRecovery())) return yield* this.recover()
    if (!this.leadership.holdsLock) return this.leadership.resign()
    if (!this.recoveries.isDisabled && (yield* this.mapsDiffer())) return yield* this.recover()
    if (!this.takeoverRuns.isDisabled && (this.needTakeoverRun || !this.requests.isEmpty)) yield* this.serveRequests()
  }

  /** What a node says of itself is right; all others are told where they differ. */
  private *updateFlags(): Process<void> {
    const others = this.nodes.filter((node) => node.pnn !== this.pnn && isReachable(node))
    const maps = yield* until(this.program.all(others.map(({ pnn }) => this.ask(pnn, 'getNodeMap', undefined, this.limitMs))))
    const toPush = new Set<Pnn>()
    maps.forEach((outcome, index) => {
      const other = others[index] as ClusterNode
      if (!outcome.ok) return
      const own = outcome.value[other.pnn]?.flags ?? 0
      if (own !== other.flags) {
        this.log('recoverd', 'remoteFlags', other.pnn, own, other.flags)
        this.nodes = this.nodes.map((node) => (node.pnn === other.pnn ? { ...node, flags: own } : node))
        toPush.add(other.pnn)
      }
    })
    maps.forEach((outcome) => {
      if (!outcome.ok) return
      for (const { pnn, flags } of this.nodes) {
        const theirs = outcome.value[pnn]?.flags ?? 0
        if (((theirs ^ flags) & ~NODE_FLAG.DISCONNECTED) !== 0 && !hasFlag({ flags }, NODE_FLAG.DISCONNECTED)) toPush.add(pnn)
      }
    })
    for (const pnn of [...toPush].sort((a, b) => a - b)) {
      const flags = this.nodes[pnn]?.flags ?? 0
      this.log('recoverd', 'pushingFlags', pnn, flags)
      yield* this.pushFlags(pnn, flags)
    }
  }

  private *pushFlags(pnn: Pnn, newFlags: number): Process<void> {
    const nodes = this.nodes.length > 0 ? this.nodes : yield* this.local('getNodeMap')
    const oldFlags = nodes[pnn]?.flags ?? 0
    const change: FlagChange = { pnn, newFlags, oldFlags }
    yield* until(
      this.program.all(nodes.filter(isReachable).map((node) => this.ask(node.pnn, 'modifyFlags', change, this.limitMs))),
    )
  }

  private *someoneIsInRecovery(): Process<boolean> {
    const active = this.nodes.filter(isActive)
    const modes = yield* until(
      this.program.all(active.map(({ pnn }) => this.ask(pnn, 'getRecoveryMode', undefined, this.limitMs))),
    )
    let found = false
    modes.forEach((outcome, index) => {
      const { pnn } = active[index] as ClusterNode
      if (!outcome.ok || outcome.value === 0) return
      this.log('recoverd', 'wasInRecovery', pnn)
      found = true
    })
    if (!found && modes.some(({ ok }) => !ok)) throw new ControlFailure(-1)
    return found
  }

  /** Whether the VNN map is not that of the active nodes, or not the same everywhere. */
  private *mapsDiffer(): Process<boolean> {
    const own = yield* this.ask(this.pnn, 'getVnnMap', undefined, this.limitMs)
    const active = this.nodes.filter(isActive)
    if (own.map.length !== active.length) {
      this.log('recoverd', 'vnnMapCount', own.map.length, active.length)
      this.blame(this.pnn, 1)
      return true
    }
    const absent = active.find(({ pnn }) => !own.map.includes(pnn))
    if (absent) {
      this.log('recoverd', 'vnnMapMissing', absent.pnn)
      this.blame(absent.pnn, 1)
      return true
    }
    for (const { pnn } of active.filter((node) => node.pnn !== this.pnn)) {
      const theirs = yield* this.ask(pnn, 'getVnnMap', undefined, this.limitMs)
      if (theirs.generation === own.generation) continue
      this.log('recoverd', 'generation', pnn, theirs.generation, own.generation)
      this.blame(pnn, 1)
      return true
    }
    return false
  }

  private *recover(): Process<void> {
    this.log('recoverd', 'startRecovery')
    this.needRecovery = true
    if (!this.recoveries.begin()) return
    try {
      this.log('recoverd', 'initiated', this.culprits.last)
      this.nodes = yield* this.local('getNodeMap')
      for (const { pnn, flags } of this.nodes.filter(isReachable)) yield* this.pushFlags(pnn, flags)
      this.log('recoverd', 'updatedFlags')
      const active = this.nodes.filter(isActive).map(({ pnn }) => pnn)
      const failed = yield* recoverDatabases({
        active,
        generation: this.options.drawGeneration(),
        ask: this.ask,
        program: this.program,
        log: this.log,
        limitMs: this.limitMs,
      })
      if (failed !== undefined) return this.blame(failed, this.nodes.length)
      yield* this.takeoverRun()
      this.daemon.send(DESTINATION.CONNECTED_NODES, SRVID.reconfigure, undefined)
      this.log('recoverd', 'recoveryComplete')
      this.needRecovery = false
    } finally {
      this.recoveries.end()
    }
    this.log('recoverd', 'banCountsReset')
    this.culprits.forgiveAll()
    const pauseSeconds = this.daemon.tunable('RerecoveryTimeout')
    this.log('recoverd', 'justRecovered', pauseSeconds)
    if (pauseSeconds > 0) this.recoveries.disable(pauseSeconds)
  }

  private *serveRequests(): Process<void> {
    // Who asks while the run is going on may ask because of something that it has not seen: he waits for the next one.
    const asked = this.requests.take()
    this.log('recoverd', 'forcedReallocation')
    const ok = yield* this.takeoverRun()
    const answer = ok ? this.pnn : -1
    for (const request of asked) {
      this.reply(request, answer)
      this.options.watcher.answered(this.pnn, request, answer)
    }
  }

  /** Returns whether it succeeded; one that did not is tried again in the next turn. */
  private *takeoverRun(): Process<boolean> {
    this.log('recoverd', 'runStarts')
    if (!this.takeoverRuns.begin()) {
      this.needTakeoverRun = true
      this.log('recoverd', 'runFailed')
      return false
    }
    this.options.watcher.runStarted(this.pnn)
    const others = this.nodes.filter((node) => node.pnn !== this.pnn && isReachable(node)).map(({ pnn }) => pnn)
    this.letOthersCheck(others, RUN_DISABLES_CHECKS)
    const forced = [...this.forceRebalance]
    const ok = yield* this.carryOut(forced)
    this.letOthersCheck(others, 0)
    if (ok) for (const pnn of forced) this.forceRebalance.delete(pnn)
    else this.log('recoverd', 'runError')
    this.needTakeoverRun = !ok
    this.takeoverRuns.end()
    this.log('recoverd', ok ? 'runSucceeded' : 'runFailed')
    this.options.watcher.runEnded(this.pnn, ok)
    return ok
  }

  private *carryOut(forceRebalance: readonly Pnn[]): Process<boolean> {
    const { ask, program, log } = this
    try {
      yield* runTakeover({ ask, program, log, era: this.daemon.options.era, forceRebalance })
      return true
    } catch (error) {
      if (!(error instanceof TakeoverFailure)) throw error
      if (error.culprit !== undefined && this.daemon.tunable('EnableBans') !== 0) {
        log('takeover', 'banningCredits', error.culprit)
        this.daemon.send(DESTINATION.CURRENT_NODE, INTERNAL_SRVID.banning, error.culprit)
      }
      return false
    }
  }

  private letOthersCheck(others: readonly Pnn[], timeoutSeconds: number): void {
    const request: DisableRequest = { pnn: this.pnn, replySrvid: 0n, timeoutSeconds }
    for (const pnn of others) this.daemon.send(pnn, SRVID.disableTakeoverRuns, request)
  }

  private blame(pnn: Pnn, credits: number): void {
    this.culprits.add(pnn, credits, this.program.nowMs, this.daemon.tunable('RecoveryGracePeriod') * 1000)
  }

  /** Returns whether this node had to ban itself. */
  private *banCulprits(): Process<boolean> {
    if (!this.leadership.isOurs) return false
    let self = false
    for (const { pnn, count } of this.culprits.takeThoseToBan(this.nodes.length)) {
      this.log('recoverd', 'reachedCredits', pnn, count)
      const timeSeconds = this.daemon.tunable('RecoveryBanPeriod')
      self ||= pnn === this.pnn
      try {
        yield* this.ask(pnn, 'setBanState', { pnn, timeSeconds }, this.limitMs)
      } catch (error) {
        if (!(error instanceof ControlFailure)) throw error
      }
    }
    return self
  }
}

/** Try again, as a negative status. */
const EAGAIN = 11

type Uptime = ReplyOf<'uptime'>

const compare = (a: Timeval, b: Timeval): number => a.seconds - b.seconds || a.microseconds - b.microseconds

/** 2017's check was not made when a recovery had started or ended meanwhile, or was under way. */
function skipsAfterRecovery(before: Uptime, after: Uptime, log: Log): boolean {
  const changed =
    compare(before.lastRecoveryStarted, after.lastRecoveryStarted) !== 0 ||
    compare(before.lastRecoveryFinished, after.lastRecoveryFinished) !== 0
  if (changed) log('recoverd', 'recoveryTimeChanged')
  const underWay = compare(before.lastRecoveryFinished, before.lastRecoveryStarted) <= 0
  if (!changed && underWay) log('recoverd', 'midRecovery')
  return changed || underWay
}
