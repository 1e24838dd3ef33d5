import { CtdbtsError } from '../lib/errors.ts'
import { uniformLayout } from '../lib/sim/layout.ts'
import { CtdbClient } from '../transport/client.ts'
import type { HostAccess } from '../transport/host-access.ts'
import { runSteps } from '../transport/serve/scenario-runner.ts'
import { SimCluster } from '../transport/serve/sim-cluster.ts'
import { simHostAccess } from '../transport/serve/sim-host.ts'
import { type SimOptions, simSettings } from './sim-flags.ts'

/**
 * Makes an embedded cluster, lets happen to it what the scenario says, and lets it go along with the real time from then on, until it is
 * closed.
 * @throws CtdbtsError for a scenario that cannot be read or carried out, or a size that cannot be.
 */
export async function openSimCluster(options: SimOptions): Promise<SimCluster> {
  const settings = await simSettings({
    nodes: options['sim-nodes'],
    addresses: options['sim-addresses'],
    seed: options['sim-seed'],
    era: options['sim-era'],
    scenario: options['sim-scenario'],
  })
  const { nodes, addresses, seed, era, steps } = settings
  const cluster = new SimCluster({ layout: uniformLayout(nodes, addresses), era, seed, speed: 1 })
  await cluster.comeUp()
  await runSteps(cluster, steps, atMs(options['sim-at']))
  cluster.driver.start()
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
      hint: 'the commands ask through node 0; let the scenario end another one, or look earlier (--sim-at)',
    })
  }
  const client = new CtdbClient(cluster.connect(0), { peer: 'the simulated node 0', timeoutMs })
  return { client, host: async () => simHostAccess(cluster, 0), close: () => cluster.close() }
}

/** Ten hours; a small cluster simulates them in some ten seconds. */
const LATEST_SECONDS = 36_000

function atMs(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,5}(\.\d{1,3})?$/.test(text) && Number(text) <= LATEST_SECONDS) return Number(text) * 1000
  throw new CtdbtsError('USAGE', `--sim-at takes a number of seconds up to ${LATEST_SECONDS}, not ${JSON.stringify(text)}`)
}
