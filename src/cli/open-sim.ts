import { CtdbtsError } from '../lib/errors.ts'
import { isShown, type LogEntry, usualLevel } from '../sim/log/entry.ts'
import { carryOutStep, runSteps } from '../sim/serve/scenario-runner.ts'
import { SimCluster } from '../sim/serve/sim-cluster.ts'
import { simHostAccess } from '../sim/serve/sim-host.ts'
import { uniformLayout } from '../sim/world/layout.ts'
import type { ScenarioStep } from '../sim/world/scenario.ts'
import { CtdbClient } from '../transport/client/client.ts'
import type { HostAccess } from '../transport/host-access.ts'
import { type SimOptions, type SimSettings, simSettings } from './sim-flags.ts'

/** Listeners to a cluster whose scenario continues. */
export interface LiveSim {
  /** Called with each log line that is usually shown, once the cluster is ready. */
  readonly log: (entry: LogEntry) => void
  /** Called with each step, and with the reason if it failed. */
  readonly onStep: (step: ScenarioStep, problem: CtdbtsError | undefined) => void
}

/**
 * Makes an embedded cluster that runs in real time. The steps of its scenario up to `--sim-at` have happened already; the others follow
 * after the call of `continueScenario`, as many seconds later as the scenario says.
 * @throws CtdbtsError as {@link openSimCluster}.
 */
export async function openLiveSim(
  options: SimOptions,
  { log, onStep }: LiveSim,
): Promise<{ cluster: SimCluster; continueScenario: () => void }> {
  const settings = await settingsOf(options)
  const { era, steps } = settings
  let isReady = false
  const cluster = await comeUp(settings, (entry) => {
    if (isReady && isShown(entry, usualLevel(era))) log(entry)
  })
  const beginMs = atMs(options['sim-at']) ?? 0
  const isPast = (step: ScenarioStep) => options['sim-at'] !== undefined && step.atMs <= beginMs
  await runSteps(cluster, steps.filter(isPast), beginMs)
  isReady = true
  cluster.driver.start()
  const play = (step: ScenarioStep) =>
    onStep(
      step,
      problemOf(() => carryOutStep(cluster.world, step)),
    )
  const continueScenario = () => {
    for (const step of steps) {
      if (!isPast(step)) cluster.world.clock.after(step.atMs - beginMs, () => play(step))
    }
  }
  return { cluster, continueScenario: () => cluster.driver.enter(continueScenario) }
}

function problemOf(work: () => void): CtdbtsError | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    if (error instanceof CtdbtsError) return error
    throw error
  }
}

/**
 * Makes an embedded cluster and carries out its scenario. From then on it runs in real time, until it is closed.
 * @throws CtdbtsError for a scenario that cannot be read or carried out, or for an invalid size.
 */
export async function openSimCluster(options: SimOptions): Promise<SimCluster> {
  const settings = await settingsOf(options)
  const cluster = await comeUp(settings)
  await runSteps(cluster, settings.steps, atMs(options['sim-at']))
  cluster.driver.start()
  return cluster
}

const settingsOf = (options: SimOptions): Promise<SimSettings> =>
  simSettings({
    nodes: options['sim-nodes'],
    addresses: options['sim-addresses'],
    seed: options['sim-seed'],
    era: options['sim-era'],
    scenario: options['sim-scenario'],
  })

async function comeUp({ nodes, addresses, seed, era }: SimSettings, log?: (entry: LogEntry) => void): Promise<SimCluster> {
  const cluster = new SimCluster({ layout: uniformLayout(nodes, addresses), era, seed, speed: 1, ...(log && { log }) })
  await cluster.comeUp()
  return cluster
}

/** Node 0 of an embedded cluster. */
interface OpenedSim {
  readonly client: CtdbClient
  readonly host: () => Promise<HostAccess>
  readonly close: () => void
}

/**
 * Makes an embedded cluster and connects to its node 0.
 * @throws CtdbtsError as {@link openSimCluster}; NO_SOCKET when nothing runs on node 0.
 */
export async function openSim(options: SimOptions, timeoutMs: number): Promise<OpenedSim> {
  const cluster = await openSimCluster(options)
  if (!cluster.world.nodes[0]?.daemon) {
    cluster.close()
    throw new CtdbtsError('NO_SOCKET', 'no ctdbd runs on node 0 of the simulated cluster at that time', {
      hint: 'commands ask node 0: end another node in the scenario, or choose an earlier time with --sim-at',
    })
  }
  const client = new CtdbClient(cluster.connect(0), { peer: 'the simulated node 0', timeoutMs })
  return { client, host: async () => simHostAccess(cluster, 0), close: () => cluster.close() }
}

/** Ten hours, which a small cluster simulates in about ten seconds. */
const LATEST_SECONDS = 36_000

function atMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,5}(\.\d{1,3})?$/.test(text) && Number(text) <= LATEST_SECONDS) return Number(text) * 1000
  throw new CtdbtsError('USAGE', `--sim-at takes a number of seconds up to ${LATEST_SECONDS}, not ${JSON.stringify(text)}`)
}
