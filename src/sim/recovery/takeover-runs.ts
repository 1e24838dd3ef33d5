import type { Pnn } from '../../lib/cluster/node.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import { messages } from '../../lib/wire/messages.ts'
import type { Ask } from '../daemon/ask.ts'
import type { SimDaemon } from '../daemon/daemon.ts'
import { internalMessages } from '../daemon/internal-messages.ts'
import type { Log } from '../daemon/log.ts'
import type { Program } from '../process/program.ts'
import type { Process } from '../process/wait.ts'
import type { ClusterState } from './cluster-state.ts'
import { Operation } from './operation.ts'
import { answerRequest, type RunRequest, RunRequests } from './run-requests.ts'
import { runTakeover, TakeoverFailure } from './takeover-run.ts'

/** Seconds for which the leader disables the checks of the other nodes during a takeover run. It enables them again after the run. */
const RUN_DISABLES_CHECKS = 60

/** Observes the takeover runs of a recovery daemon, for tests. */
export interface RecoveryWatcher {
  runStarted(pnn: Pnn): void
  runEnded(pnn: Pnn, ok: boolean): void
  answered(by: Pnn, to: RunRequest, answer: number): void
}

interface TakeoverRunsOptions {
  readonly daemon: SimDaemon
  readonly program: Program
  readonly ask: Ask
  readonly cluster: ClusterState
  readonly watcher: RecoveryWatcher
}

/** The takeover runs of a recovery daemon: who asked for one, whether one is allowed, and each run as the leader. */
export class TakeoverRuns {
  readonly operation: Operation
  readonly requests = new RunRequests()
  private readonly options: TakeoverRunsOptions
  private readonly log: Log
  /** Nodes that receive addresses in the next run, although they have some. */
  private readonly forceRebalance = new Set<Pnn>()
  /** Whether the last run failed. */
  private isNeeded = false

  constructor(options: TakeoverRunsOptions) {
    const { daemon, program } = options
    this.options = options
    this.log = daemon.options.log
    this.operation = new Operation('takeover runs', program, this.log)
  }

  private get pnn(): Pnn {
    return this.options.daemon.pnn
  }

  /** Whether the leader has to start a run now. */
  get isDue(): boolean {
    return !this.operation.isDisabled && (this.isNeeded || !this.requests.isEmpty)
  }

  rebalance(pnn: Pnn): void {
    this.log('recoverd', 'rebalanceAsked', pnn)
    this.forceRebalance.add(pnn)
  }

  /** Only the leader serves requests, and only its list of nodes to rebalance counts. */
  dropRequests(): void {
    this.requests.take()
    this.forceRebalance.clear()
  }

  *serveRequests(): Process<void> {
    // A request that arrives during the run may be about something that the run has not seen, so it waits for the next run.
    const asked = this.requests.take()
    this.log('recoverd', 'forcedReallocation')
    const ok = yield* this.run()
    const answer = ok ? this.pnn : -1
    for (const request of asked) {
      answerRequest(this.options.daemon, request, answer)
      this.options.watcher.answered(this.pnn, request, answer)
    }
  }

  /** Returns whether it succeeded. A failed run is repeated in the next turn. */
  *run(): Process<boolean> {
    this.log('recoverd', 'runStarts')
    if (!this.operation.begin()) {
      this.isNeeded = true
      this.log('recoverd', 'runFailed')
      return false
    }
    this.options.watcher.runStarted(this.pnn)
    const others = this.options.cluster.reachableOthers
    this.letOthersCheck(others, RUN_DISABLES_CHECKS)
    const forced = [...this.forceRebalance]
    const ok = yield* this.carryOut(forced)
    this.letOthersCheck(others, 0)
    if (ok) for (const pnn of forced) this.forceRebalance.delete(pnn)
    else this.log('recoverd', 'runError')
    this.isNeeded = !ok
    this.operation.end()
    this.log('recoverd', ok ? 'runSucceeded' : 'runFailed')
    this.options.watcher.runEnded(this.pnn, ok)
    return ok
  }

  private *carryOut(forceRebalance: readonly Pnn[]): Process<boolean> {
    const { daemon, program, ask } = this.options
    try {
      yield* runTakeover({ ask, program, log: this.log, era: daemon.options.era, forceRebalance })
      return true
    } catch (error) {
      if (!(error instanceof TakeoverFailure)) throw error
      if (error.culprit !== undefined && daemon.tunable('EnableBans') !== 0) {
        this.log('takeover', 'banningCredits', error.culprit)
        daemon.send(DESTINATION.CURRENT_NODE, internalMessages.banning, error.culprit)
      }
      return false
    }
  }

  private letOthersCheck(others: readonly Pnn[], timeoutSeconds: number): void {
    const request = { pnn: this.pnn, replySrvid: 0n, timeoutSeconds }
    for (const pnn of others) this.options.daemon.send(pnn, messages.disableTakeoverRuns, request)
  }
}
