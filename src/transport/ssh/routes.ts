import { homedir } from 'node:os'
import type { HostAccess } from '../host-access.ts'
import type { CommandRoute } from '../running-command.ts'
import type { SshConnection } from './connection.ts'
import { SshPool, type SshPoolOptions } from './pool.ts'
import { parseSshTarget } from './target.ts'

export interface SshRouteOptions extends Partial<SshPoolOptions> {
  /** The hosts to start with, as `[user@]host[:port]`; names and aliases of the user's SSH configuration are allowed. */
  readonly hosts: readonly string[]
  /**
   * How to reach the nodes that `hosts` does not name: through the first of the hosts that was reached (`entry`, the default), or with a
   * connection from this machine (`direct`).
   */
  readonly via?: 'entry' | 'direct' | undefined
  /** How to reach nodes by name: private address → `[user@]host[:port]`. */
  readonly names?: Readonly<Record<string, string>> | undefined
}

/** Routes to the machines of a cluster over SSH. */
export interface SshRoutes {
  readonly entries: readonly CommandRoute[]
  /** Without a connection to go through, the node is reached directly. */
  readonly routeTo: (privateAddress: string, through: HostAccess | undefined) => CommandRoute
  /** Number of connections opened so far. */
  readonly opened: () => number
  /** Closes all connections. */
  readonly close: () => void
}

/**
 * The routes to the machines of a cluster, according to the user's SSH configuration. Does not connect yet.
 * @throws CtdbtsError USAGE for an invalid host.
 */
export function sshRoutes({ hosts, via = 'entry', names = {}, ...options }: SshRouteOptions): SshRoutes {
  const targets = hosts.map((text) => ({ text, target: parseSshTarget(text) }))
  const pool = new SshPool({ ...options, env: options.env ?? process.env, home: options.home ?? (process.env.HOME || homedir()) })
  return {
    entries: targets.map(({ text, target }) => ({ name: text, reach: () => pool.connect(target) })),
    routeTo: (privateAddress, through) => {
      const name = names[privateAddress]
      if (name !== undefined) return { name, reach: async () => await pool.connect(parseSshTarget(name)) }
      // The entries are ours, so their accesses are SSH connections.
      const entry = through as SshConnection | undefined
      const user = entry?.target.user
      const target = { host: privateAddress, ...(user !== undefined && { user }) }
      // Private networks often cannot be reached from an administrator's machine.
      const reach = () => pool.connect(target, via === 'direct' || !entry ? {} : { through: entry })
      return { name: privateAddress, reach }
    },
    opened: () => pool.opened,
    close: () => pool.close(),
  }
}
