import { hasFlag, INACTIVE_FLAGS, isActive, isReachable, type Pnn } from '../cluster/node.ts'
import { DESTINATION, SRVID } from '../cluster/srvid.ts'
import { type Ask, asking } from '../node/ask.ts'
import { ControlFailure } from '../node/control-types.ts'
import type { Daemon } from '../node/daemon.ts'
import type { Log } from '../node/log.ts'
import { type DisableRequest, type FlagChange, INTERNAL_SRVID, type RunRequest } from '../node/message-types.ts'
import type { Program } from '../process/program.ts'
import { type Process, until } from '../process/wait.ts'
import { runTakeover, TakeoverFailure } from '../takeover/run.ts'
import { ClusterState } from './cluster-state.ts'
import { Culprits } from './culprits.ts'
import { type ClusterLock, Leadership } from './leadership.ts'
import { Operation } from './operation.ts'
import { OwnNode } from './own-node.ts'
import { recoverDatabases } from './recover.ts'
import { RunRequests } from './run-requests.ts'

/** For so long the others do not look for faults while the leader is at work, in seconds. It ends earlier, when the run does. */
const RUN_DISABLES_CHECKS = 60

/** Between two turns, whatever the tunables say: a loop without rest would leave no time for anything else. */
const SHORTEST_REST_MS = 10

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
  private readonly ownNode: OwnNode
  private readonly cluster: ClusterState
  private needTakeoverRun = false
  private needRecovery = false

  constructor(options: RecoveryDaemonOptions) {
    const { daemon, program, lock, leaderTimeoutMs } = options
    this.options = options
    this.daemon = daemon
    this.program = program
    this.log = daemon.options.log
    this.ask = asking(program, daemon)
    this.takeoverRuns = new Operation('takeover runs', program, this.log)
    this.recoveries = new Operation('recoveries', program, this.log)
    this.ownNode = new OwnNode(daemon, this.ask)
    this.cluster = new ClusterState(daemon, program, this.ask, (pnn, credits) => this.blame(pnn, credits))
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
    on<FlagChange>(INTERNAL_SRVID.pushFlags, ({ pnn, newFlags }) => this.program.start(this.cluster.pushFlags(pnn, newFlags)))
    on<Pnn>(INTERNAL_SRVID.banning, (pnn) => this.blame(pnn, this.cluster.nodes.length))
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
      yield* until(this.program.sleep(Math.max(restMs, SHORTEST_REST_MS)))
    }
  }

  /** One turn of the main loop. @throws ControlFailure when a node does not tell what it was asked. */
  private *turn(): Process<void> {
    if (this.leadership.electionInProgress) return
    yield* this.ask(DESTINATION.CURRENT_NODE, 'getRunState', undefined, this.limitMs)
    yield* this.cluster.readNodes()
    if (yield* this.banCulprits()) return
    const recoveryMode = yield* this.ask(DESTINATION.CURRENT_NODE, 'getRecoveryMode', undefined, this.limitMs)
    if (hasFlag(this.cluster.own, INACTIVE_FLAGS)) {
      if (this.leadership.isOurs) this.leadership.resign()
      if (recoveryMode === 0) yield* this.ask(this.pnn, 'setRecoveryMode', 1, this.limitMs)
      return
    }
    if (recoveryMode === 0 && !this.takeoverRuns.isDisabled) yield* this.ownNode.check(this.cluster.own.flags)
    if (this.leadership.isOurs) yield* this.lookAfterCluster()
    else this.dropRequests()
  }

  /** Only a leader serves requests, and only his list of nodes to be rebalanced counts. */
  private dropRequests(): void {
    this.requests.take()
    this.forceRebalance.clear()
  }

  // The cluster, as its leader -------------------------------------------------------------------------------------------------

  private *lookAfterCluster(): Process<void> {
    yield* this.cluster.updateFlags()
    if (this.needRecovery || (yield* this.cluster.someoneIsInRecovery())) return yield* this.recover()
    if (!this.leadership.holdsLock) return this.leadership.resign()
    if (!this.recoveries.isDisabled && (yield* this.cluster.mapsDiffer())) return yield* this.recover()
    if (!this.takeoverRuns.isDisabled && (this.needTakeoverRun || !this.requests.isEmpty)) yield* this.serveRequests()
  }

  private *recover(): Process<void> {
    this.log('recoverd', 'startRecovery')
    this.needRecovery = true
    if (!this.recoveries.begin()) return
    try {
      this.log('recoverd', 'initiated', this.culprits.last)
      const nodes = yield* this.cluster.readNodes()
      for (const { pnn, flags } of nodes.filter(isReachable)) yield* this.cluster.pushFlags(pnn, flags)
      this.log('recoverd', 'updatedFlags')
      const active = this.cluster.nodes.filter(isActive).map(({ pnn }) => pnn)
      const failed = yield* recoverDatabases({
        active,
        generation: this.options.drawGeneration(),
        ask: this.ask,
        program: this.program,
        log: this.log,
        limitMs: this.limitMs,
      })
      if (failed !== undefined) return this.blame(failed, this.cluster.nodes.length)
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
    const others = this.cluster.reachableOthers
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
    for (const { pnn, count } of this.culprits.takeThoseToBan(this.cluster.nodes.length)) {
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
