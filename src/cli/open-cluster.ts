import { KNOWN_SOCKETS } from '../lib/cluster/paths.ts'
import type { ClusterOptions } from '../operations/reach/find-nodes.ts'
import { localRoutes } from '../operations/reach/local-routes.ts'
import type { SimCluster } from '../sim/serve/sim-cluster.ts'
import { localRoute } from '../transport/local/host.ts'
import { wantsHost } from './host-flags.ts'
import type { UserDialog } from './open-remote.ts'
import { checkWhere, type GlobalOptions } from './run-options.ts'
import { type SimOptions, wantsSim } from './sim-flags.ts'

/** The ways to all nodes of a cluster. */
export interface Ways {
  /** For `Cluster.open`. */
  readonly options: ClusterOptions
  /** SSH connections opened so far. */
  readonly opened: () => number
  readonly close: () => void
}

/**
 * Finds the ways to the nodes of the cluster that the options name: over SSH, embedded, or the one of which this machine is a node.
 * @throws CtdbtsError for invalid options.
 */
export async function openWays(options: GlobalOptions & SimOptions, timeoutMs: number, dialog?: UserDialog): Promise<Ways> {
  checkWhere(options)
  const base = options['config-dir']
  if (wantsHost(options)) {
    const { openRemote } = await import('./open-remote.ts')
    const { entries, routeTo, socketPaths, opened, close } = await openRemote(options, dialog)
    return { options: { entries, routeTo, socketPaths, timeoutMs, base }, opened, close }
  }
  if (wantsSim(options)) return await simulated(options, timeoutMs)
  return {
    options: localRoutes({ machine: localRoute, socket: options.socket, env: process.env, timeoutMs, configFolder: base }),
    opened: () => 0,
    close: () => {},
  }
}

async function simulated(options: SimOptions, timeoutMs: number): Promise<Ways> {
  const { openSimCluster } = await import('./open-sim.ts')
  return await simWays(await openSimCluster(options), timeoutMs)
}

/** The ways to the nodes of an embedded cluster, which ends with them. */
export async function simWays(cluster: SimCluster, timeoutMs: number): Promise<Ways> {
  const { simRoutes } = await import('../sim/serve/sim-host.ts')
  const options: ClusterOptions = { entries: simRoutes(cluster), socketPaths: KNOWN_SOCKETS, timeoutMs }
  return { options, opened: () => 0, close: () => cluster.close() }
}
