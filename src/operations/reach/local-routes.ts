import { KNOWN_SOCKETS, socketByEnvironment } from '../../lib/cluster/paths.ts'
import type { HostRoute } from '../../transport/host-access.ts'
import type { ClusterOptions } from './find-nodes.ts'

/** Which daemon of this machine is meant. */
interface LocalOptions {
  /** The way to this machine. */
  readonly machine: HostRoute
  /** Path of the daemon's socket; that of the environment, or the usual places, unless given. */
  readonly socket: string | undefined
  /** CTDB_SOCKET and CTDB_BASE are read. */
  readonly env: NodeJS.ProcessEnv
  /** Milliseconds that each answer may take. */
  readonly timeoutMs: number
  /** The folder of CTDB's configuration; CTDB_BASE, or one of the usual places, unless given. */
  readonly configFolder?: string | undefined
}

/**
 * The route to this machine, whose daemon reports about the other nodes too.
 * @throws CtdbtsError TEST_MODE when test mode lacks CTDB_BASE.
 */
export function localRoutes({ machine, socket, env, timeoutMs, configFolder }: LocalOptions): ClusterOptions {
  const path = socket ?? socketByEnvironment(env)
  return {
    entries: [machine],
    socketPaths: path ? [path] : KNOWN_SOCKETS,
    timeoutMs,
    base: configFolder ?? (env.CTDB_BASE || undefined),
    // A socket may lead to a daemon in another network namespace, such as a simulated node's.
    checksHost: true,
  }
}
