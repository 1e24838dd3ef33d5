import type { CtdbtsError } from '../../lib/errors.ts'
import type { LogEntry } from '../../lib/log/entry.ts'
import type { Observation } from '../../lib/watch/observation.ts'
import { Chronicle } from '../../lib/watch/observe.ts'
import type { Story } from '../../lib/watch/story.ts'
import type { TimelineEntry } from '../../lib/watch/timeline.ts'
import { Follower } from '../../transport/reach/follower.ts'
import type { SimCluster } from '../../transport/serve/sim-cluster.ts'
import { checkWhere, timeoutMsOf } from '../base-command.ts'
import { openWays, simWays, type Ways } from '../open-cluster.ts'
import type { LiveSim } from '../open-sim.ts'
import type { Talk } from '../open-ssh.ts'
import { wantsSim } from '../sim-flags.ts'
import { AuditThread } from './audit-thread.ts'
import { broken } from './broken.ts'
import { intervalMsOf, type WatchOptions } from './settings.ts'

/** How often all that there is on the machines is read, and audited: it is more than the looks in between read. */
const AUDIT_EVERY_MS = 10_000

/** What is told of a cluster that is being watched. */
export interface Listeners {
  /** The story went on. The first time, it has a first look. */
  readonly onStory: (story: Story, entries: readonly TimelineEntry[]) => void
  /** A daemon of an embedded cluster has logged something. */
  readonly onLog: (entry: LogEntry) => void
  /** A step of the scenario could not be carried out, or an audit. */
  readonly onProblem: (problem: CtdbtsError) => void
}

/** A cluster that is being watched. */
export interface Watched extends Disposable {
  readonly follower: Follower
  /** The embedded cluster, where it is one. */
  readonly sim: SimCluster | undefined
  readonly story: Story
  /** Takes in what the user did. */
  observe(observation: Observation): void
}

/**
 * Begins to watch the cluster that the options name. Nothing is told before the first look: what came until then is told with it.
 * @throws CtdbtsError for options that cannot be; when no node can be reached is said by the follower's first look.
 */
export async function watch(options: WatchOptions, listeners: Listeners, talk?: Talk): Promise<Watched> {
  const chronicle = new Chronicle()
  const news: TimelineEntry[] = []
  let flushing: NodeJS.Immediate | undefined
  const flush = () => {
    flushing = undefined
    const { story } = chronicle
    if (story.snapshot) listeners.onStory(story, news.splice(0))
  }
  // What comes at the same time is told at once, as a story of thousands of addresses takes time to make.
  const observe = (observation: Observation) => {
    news.push(...chronicle.observe(observation))
    flushing ??= setImmediate(flush)
  }
  const { ways, sim, goOn } = await waysOf(
    options,
    listeners.onLog,
    (step, problem) => {
      if (problem) listeners.onProblem(problem)
      else {
        observe(broken(step.command, chronicle.story.leader, Date.now()))
        follower.lookNow()
      }
    },
    talk,
  )
  const intervalMs = intervalMsOf(options)
  const auditEveryMs = Math.max(AUDIT_EVERY_MS, intervalMs)
  const auditor = new AuditThread(listeners.onProblem)
  const follower = Follower.start({ cluster: ways.options, intervalMs, auditEveryMs, auditor, observe })
  // What the scenario has in store is to be seen.
  follower.firstLook.then(goOn, () => {})
  return {
    follower,
    sim,
    get story() {
      return chronicle.story
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
  options: WatchOptions,
  log: Listeners['onLog'],
  onStep: LiveSim['onStep'],
  talk: Talk | undefined,
): Promise<{ ways: Ways; sim?: SimCluster; goOn?: () => void }> {
  if (!wantsSim(options)) return { ways: await openWays(options, timeoutMsOf(options), talk) }
  checkWhere(options)
  const { openLiveSim } = await import('../open-sim.ts')
  const { cluster, goOn } = await openLiveSim(options, { log, onStep })
  return { ways: await simWays(cluster, timeoutMsOf(options)), sim: cluster, goOn }
}
