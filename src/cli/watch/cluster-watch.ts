import type { CtdbtsError } from '../../lib/errors.ts'
import type { ClusterState } from '../../lib/watch/cluster-state.ts'
import { ClusterTracker } from '../../lib/watch/cluster-tracker.ts'
import type { Observation } from '../../lib/watch/observation.ts'
import type { TimelineEntry } from '../../lib/watch/timeline.ts'
import { Follower } from '../../operations/follow/follower.ts'
import type { LogEntry } from '../../sim/log/entry.ts'
import type { SimCluster } from '../../sim/serve/sim-cluster.ts'
import { openWays, simWays, type Ways } from '../open-cluster.ts'
import type { UserDialog } from '../open-remote.ts'
import type { LiveSim } from '../open-sim.ts'
import { checkWhere, timeoutMsOf } from '../run-options.ts'
import { wantsSim } from '../sim-flags.ts'
import { AuditThread } from './audit-thread.ts'
import { intervalMsOf, type PollOptions } from './settings.ts'
import { simObservation } from './sim-observation.ts'

/** How often the hosts are read in full, and audited. The polls in between read less. */
const AUDIT_EVERY_MS = 10_000

/** Listeners to a cluster that is being watched. */
export interface Listeners {
  /** The state has changed. It is complete from the first call on. */
  readonly onState: (state: ClusterState, entries: readonly TimelineEntry[]) => void
  /** A daemon of an embedded cluster has logged something. */
  readonly onLog: (entry: LogEntry) => void
  /** Everything that is heard, seen and done, before `onState` is called for it. */
  readonly onObservation?: ((observation: Observation) => void) | undefined
  /** A step of the scenario could not be carried out, or an audit. */
  readonly onProblem: (problem: CtdbtsError) => void
}

/** A cluster that is being watched. */
export interface Watched extends Disposable {
  readonly follower: Follower
  /** The cluster, if it is an embedded one. */
  readonly sim: SimCluster | undefined
  readonly state: ClusterState
  /** Takes account of what the user did. */
  observe(observation: Observation): void
}

/**
 * Starts to watch the cluster that the options name. Nothing is reported before the first poll; earlier events are reported with it.
 * @throws CtdbtsError for invalid options. If no node can be reached, the follower's `firstSample` rejects.
 */
export async function watch(options: PollOptions, listeners: Listeners, dialog?: UserDialog): Promise<Watched> {
  const tracker = new ClusterTracker()
  const newEntries: TimelineEntry[] = []
  let flushing: NodeJS.Immediate | undefined
  const flush = () => {
    flushing = undefined
    const { state } = tracker
    if (state.snapshot) listeners.onState(state, newEntries.splice(0))
  }
  // Reports simultaneous observations together, as computing a state with thousands of addresses takes time.
  const observe = (observation: Observation) => {
    listeners.onObservation?.(observation)
    newEntries.push(...tracker.observe(observation))
    flushing ??= setImmediate(flush)
  }
  const { ways, sim, continueScenario } = await waysOf(
    options,
    listeners.onLog,
    (step, problem) => {
      if (problem) listeners.onProblem(problem)
      else {
        observe(simObservation(step.command, tracker.state.leader, Date.now()))
        follower.sampleNow()
      }
    },
    dialog,
  )
  const intervalMs = intervalMsOf(options)
  const auditEveryMs = Math.max(AUDIT_EVERY_MS, intervalMs)
  const auditor = new AuditThread(listeners.onProblem)
  const follower = Follower.start({ cluster: ways.options, intervalMs, auditEveryMs, auditor, observe })
  // The scenario continues after the first poll, so that all of it is seen.
  follower.firstSample.then(continueScenario, () => {})
  return {
    follower,
    sim,
    get state() {
      return tracker.state
    },
    observe,
    [Symbol.dispose]: () => {
      clearImmediate(flushing)
      if (flushing) flush()
      follower.close()
      auditor[Symbol.dispose]()
      ways.close()
    },
  }
}

async function waysOf(
  options: PollOptions,
  log: Listeners['onLog'],
  onStep: LiveSim['onStep'],
  dialog: UserDialog | undefined,
): Promise<{ ways: Ways; sim?: SimCluster; continueScenario?: () => void }> {
  if (!wantsSim(options)) return { ways: await openWays(options, timeoutMsOf(options), dialog) }
  checkWhere(options)
  const { openLiveSim } = await import('../open-sim.ts')
  const { cluster, continueScenario } = await openLiveSim(options, { log, onStep })
  return { ways: await simWays(cluster, timeoutMsOf(options)), sim: cluster, continueScenario }
}
