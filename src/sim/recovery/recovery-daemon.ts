import { hasFlag, INACTIVE_FLAGS, isActive, isReachable, type Pnn } from '../../lib/cluster/node.ts'
import type { ValueOf } from '../../lib/wire/codec.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import { type MessageKind, messages } from '../../lib/wire/messages.ts'
import type { disableRequest } from '../../lib/wire/structs.ts'
import { type Ask, asking } from '../daemon/ask.ts'
import { ControlFailure } from '../daemon/control-failure.ts'
import type { SimDaemon } from '../daemon/daemon.ts'
import { internalMessages } from '../daemon/internal-messages.ts'
import type { Log } from '../daemon/log.ts'
import type { Program } from '../process/program.ts'
import { type Process, until } from '../process/wait.ts'
import { ClusterState } from './cluster-state.ts'
import { Culprits } from './culprits.ts'
import { recoverEachDatabase } from './database-recovery.ts'
import { type ClusterLock, Leadership } from './leadership.ts'
import { Operation } from './operation.ts'
import { OwnNode } from './own-node.ts'
import { type RecoverOptions, recoverNodes } from './recover.ts'
import { answerRequest } from './run-requests.ts'
import { type RecoveryWatcher, TakeoverRuns } from './takeover-runs.ts'

/** The shortest pause between two turns, whatever the tunables are: a loop without a pause would block the simulation. */
const SHORTEST_REST_MS = 10

export interface RecoveryDaemonOptions {
  readonly daemon: SimDaemon
  /** A program of its own, separate from the daemon's. */
  readonly program: Program
  readonly lock: ClusterLock
  /** Setting `leader timeout`. */
  readonly leaderTimeoutMs: number
  /** Returns a number for the next generation. */
  drawGeneration(): number
  readonly watcher: RecoveryWatcher
}

/**
 * A node's recovery daemon. About once a second it checks its own node, and asks for a takeover run when it finds a fault. On the leader, it
 * also manages the cluster: flags, recoveries and takeover runs.
 */
export class RecoveryDaemon {
  readonly leadership: Leadership
  private readonly options: RecoveryDaemonOptions
  private readonly daemon: SimDaemon
  private readonly program: Program
  private readonly log: Log
  private readonly ask: Ask
  private readonly takeoverRuns: TakeoverRuns
  private readonly recoveries: Operation
  private readonly culprits = new Culprits()
  private readonly ownNode: OwnNode
  private readonly cluster: ClusterState
  private needRecovery = false

  constructor(options: RecoveryDaemonOptions) {
    const { daemon, program, lock, leaderTimeoutMs } = options
    this.options = options
    this.daemon = daemon
    this.program = program
    this.log = daemon.options.log
    this.ask = asking(program, daemon)
    this.recoveries = new Operation('recoveries', program, this.log)
    this.ownNode = new OwnNode(daemon, this.ask)
    this.cluster = new ClusterState(daemon, program, this.ask, (pnn, credits) => this.blame(pnn, credits))
    this.takeoverRuns = new TakeoverRuns({ daemon, program, ask: this.ask, cluster: this.cluster, watcher: options.watcher })
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
    const on = <D>(kind: MessageKind<D>, action: (data: D) => void) => {
      this.daemon.listen(
        kind,
        this.program.guard((data) => action(data)),
      )
    }
    // The main loop serves the requests, so that no takeover run starts inside another one.
    on(messages.takeoverRun, (request) => this.takeoverRuns.requests.add(request))
    on(messages.disableTakeoverRuns, (request) => this.switchOff(this.takeoverRuns.operation, request))
    on(messages.disableRecoveries, (request) => this.switchOff(this.recoveries, request))
    on(messages.disableIpCheck, (seconds) => void this.takeoverRuns.operation.disable(seconds))
    on(messages.rebalanceNode, (pnn) => {
      if (this.leadership.isOurs) this.takeoverRuns.rebalance(pnn)
    })
    on(internalMessages.pushFlags, ({ pnn, newFlags }) => this.program.start(this.cluster.pushFlags(pnn, newFlags)))
    on(internalMessages.banning, (pnn) => this.blame(pnn, this.cluster.nodes.length))
  }

  private switchOff(operation: Operation, request: ValueOf<typeof disableRequest>): void {
    const done = operation.disable(request.timeoutSeconds)
    answerRequest(this.daemon, request, done ? this.pnn : -EAGAIN)
  }

  private *monitorCluster(): Process<never> {
    for (;;) {
      const startMs = this.program.nowMs
      try {
        yield* this.turn()
      } catch (error) {
        // A failed control ends this turn; the next turn tries again.
        if (!(error instanceof ControlFailure)) throw error
      }
      const restMs = this.daemon.tunable('RecoverInterval') * 1000 - (this.program.nowMs - startMs)
      yield* until(this.program.sleep(Math.max(restMs, SHORTEST_REST_MS)))
    }
  }

  /** One turn of the main loop. @throws ControlFailure when a node does not answer a control. */
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
    if (recoveryMode === 0 && !this.takeoverRuns.operation.isDisabled) yield* this.ownNode.check(this.cluster.own.flags)
    if (this.leadership.isOurs) yield* this.lookAfterCluster()
    else this.takeoverRuns.dropRequests()
  }

  // The cluster, as its leader -------------------------------------------------------------------------------------------------

  private *lookAfterCluster(): Process<void> {
    yield* this.cluster.updateFlags()
    if (this.needRecovery || (yield* this.cluster.someoneIsInRecovery())) return yield* this.recover()
    if (!this.leadership.holdsLock) return this.leadership.resign()
    if (!this.recoveries.isDisabled && (yield* this.cluster.mapsDiffer())) return yield* this.recover()
    if (this.takeoverRuns.isDue) yield* this.takeoverRuns.serveRequests()
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
      const failed = yield* recoverNodes({
        active,
        generation: this.options.drawGeneration(),
        ask: this.ask,
        program: this.program,
        log: this.log,
        limitMs: this.limitMs,
        databases: (options) => this.recoverDatabases(options),
      })
      if (failed !== undefined) return this.blame(failed, this.cluster.nodes.length)
      yield* this.takeoverRuns.run()
      this.daemon.send(DESTINATION.CONNECTED_NODES, messages.reconfigure, undefined)
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

  /** Nobody is asked as long as nobody has used a database. */
  private *recoverDatabases(options: RecoverOptions): Process<Pnn | undefined> {
    return this.daemon.options.disk.use.hasBegun ? yield* recoverEachDatabase(this.daemon, options) : undefined
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

/** EAGAIN; sent as a negative number. */
const EAGAIN = 11
