import { KNOWN_SOCKETS, socketByEnvironment } from '../transport/ctdb-paths.ts'
import { localHost } from '../transport/local-host.ts'
import type { ClusterOptions } from '../transport/reach/find-nodes.ts'
import type { SimCluster } from '../transport/serve/sim-cluster.ts'
import { checkWhere, type GlobalOptions } from './base-command.ts'
import { wantsHost } from './host-flags.ts'
import type { Talk } from './open-ssh.ts'
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
 * @throws CtdbtsError for options that cannot be.
 */
export async function openWays(options: GlobalOptions & SimOptions, timeoutMs: number, talk?: Talk): Promise<Ways> {
  checkWhere(options)
  if (wantsHost(options)) {
    const { openSsh } = await import('./open-ssh.ts')
    const { entries, wayTo, socketPaths, opened, close } = openSsh(options, talk)
    return { options: { entries, wayTo, socketPaths, timeoutMs }, opened, close }
  }
  if (wantsSim(options)) return await simulated(options, timeoutMs)
  return { options: local(options.socket, timeoutMs), opened: () => 0, close: () => {} }
}

async function simulated(options: SimOptions, timeoutMs: number): Promise<Ways> {
  const { openSimCluster } = await import('./open-sim.ts')
  return await simWays(await openSimCluster(options), timeoutMs)
}

/** The ways to the nodes of an embedded cluster, which ends with them. */
export async function simWays(cluster: SimCluster, timeoutMs: number): Promise<Ways> {
  const { simHostAccess } = await import('../transport/serve/sim-host.ts')
  const entries = cluster.world.nodes.map((_, pnn) => ({
    name: `the simulated node ${pnn}`,
    reach: async () => simHostAccess(cluster, pnn),
  }))
  return { options: { entries, socketPaths: KNOWN_SOCKETS, timeoutMs }, opened: () => 0, close: () => cluster.close() }
}

/** This machine, and through its daemon what controls tell of the others. */
function local(given: string | undefined, timeoutMs: number): ClusterOptions {
  const socket = given ?? socketByEnvironment(process.env)
  return {
    entries: [{ name: 'this machine', reach: async () => localHost() }],
    socketPaths: socket ? [socket] : KNOWN_SOCKETS,
    timeoutMs,
    base: process.env.CTDB_BASE || undefined,
    // A socket may lead to a daemon in another network namespace, such as a simulated node's.
    checksPlace: true,
  }
}
