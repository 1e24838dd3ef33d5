import type { HostAccess } from './host-access.ts'
import type { CommandRoute } from './running-command.ts'
import { parseSshTarget } from './ssh/target.ts'
import type { SshClient, SshConnectionOptions, SshConnections, SshMachine } from './ssh-connections.ts'
import type { Via } from './ways.ts'

export interface SshRouteOptions extends SshConnectionOptions {
  /** The hosts to start with, as `[user@]host[:port]`; names and aliases of the user's SSH configuration are allowed. */
  readonly hosts: readonly string[]
  /**
   * How to reach the nodes that `hosts` does not name: through the first of the hosts that was reached (`entry`, the default), or with a
   * connection from this machine (`direct`).
   */
  readonly via?: Via | undefined
  /** How to reach nodes by name: private address → `[user@]host[:port]`. */
  readonly names?: Readonly<Record<string, string>> | undefined
  readonly client: SshClient
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
export async function sshRoutes(options: SshRouteOptions): Promise<SshRoutes> {
  const { hosts, via = 'entry', names = {} } = options
  const targets = hosts.map((text) => ({ text, target: parseSshTarget(text) }))
  const connections = await connectionsOf(options)
  return {
    entries: targets.map(({ text, target }) => ({ name: text, reach: () => connections.connect(target) })),
    routeTo: (privateAddress, through) => {
      const name = names[privateAddress]
      if (name !== undefined) return { name, reach: async () => await connections.connect(parseSshTarget(name)) }
      // The entries are ours, so their accesses are SSH connections.
      const entry = through as SshMachine | undefined
      const user = entry?.target.user
      const target = { host: privateAddress, ...(user !== undefined && { user }) }
      // Private networks often cannot be reached from an administrator's machine.
      const reach = () => connections.connect(target, via === 'direct' ? undefined : entry)
      return { name: privateAddress, reach }
    },
    opened: () => connections.opened,
    close: () => connections.close(),
  }
}

/** Each of the two is loaded only where it is needed. */
async function connectionsOf(options: SshRouteOptions): Promise<SshConnections> {
  const by = {
    openssh: async () => {
      const { OpensshPool } = await import('./openssh/index.ts')
      return new OpensshPool(options)
    },
    ssh2: async () => {
      const { ssh2Connections } = await import('./ssh/index.ts')
      return ssh2Connections(options)
    },
  }
  if (options.client !== 'auto') return await by[options.client]()
  const { AutoConnections } = await import('./ssh-auto.ts')
  return new AutoConnections(by, options)
}
