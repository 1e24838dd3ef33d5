import { homedir } from 'node:os'
import type { HostAccess } from './host-access.ts'
import type { CommandMachine, CommandRoute } from './running-command.ts'
import type { SshConnection } from './ssh/index.ts'
import { parseSshTarget, type SshTarget } from './ssh/target.ts'

/** Who speaks SSH: this process with the package ssh2, or OpenSSH's program `ssh`. */
export const SSH_CLIENTS = ['openssh', 'ssh2'] as const
export type SshClient = (typeof SSH_CLIENTS)[number]

/** A host that SSH has reached. */
interface SshMachine extends CommandMachine {
  readonly target: { readonly user: string }
}

/** Connections over SSH, one for each host and user. */
interface SshConnections {
  /** @param through a connection of these to the host on the way, instead of what the configuration says. */
  connect(target: SshTarget, through?: SshMachine): Promise<SshMachine>
  /** How many have been opened so far. */
  readonly opened: number
  /** Closes all of them. */
  close(): void
}

/** Asks the user; undefined when there is no answer. Only with `echo` is the answer shown while it is typed. */
export type AskUser = (question: string, how: { readonly echo: boolean }) => Promise<string | undefined>

export interface SshRouteOptions {
  /** The hosts to start with, as `[user@]host[:port]`; names and aliases of the user's SSH configuration are allowed. */
  readonly hosts: readonly string[]
  /**
   * How to reach the nodes that `hosts` does not name: through the first of the hosts that was reached (`entry`, the default), or with a
   * connection from this machine (`direct`).
   */
  readonly via?: 'entry' | 'direct' | undefined
  /** How to reach nodes by name: private address → `[user@]host[:port]`. */
  readonly names?: Readonly<Record<string, string>> | undefined
  readonly client: SshClient
  readonly env?: NodeJS.ProcessEnv
  /** Whether to accept the key of an unknown host, and remember it. */
  readonly acceptNew?: boolean | undefined
  /** Whether to run commands and open sockets as root, with sudo. */
  readonly sudo?: boolean | undefined
  /** Time limit for connecting and logging in, and for connecting to a socket; by default ConnectTimeout, or 10 s. */
  readonly connectTimeoutMs?: number | undefined
  /** Used instead of ~/.ssh/config and /etc/ssh/ssh_config; `none` for no file. */
  readonly configFile?: string | undefined
  /** Key files to try before those of the configuration. */
  readonly identities?: readonly string[] | undefined
  /** Absent where there is nobody to ask. */
  readonly ask?: AskUser | undefined
  /** Called with details: how a socket was reached, keys that could not be used, parts of a configuration that were ignored. */
  readonly onNotice?: ((text: string) => void) | undefined
  /** Called with what every user should see, such as that a host key was remembered. */
  readonly onMessage?: ((text: string) => void) | undefined
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
  const { client, env = process.env, ask } = options
  if (client === 'openssh') {
    const { OpensshPool } = await import('./openssh/index.ts')
    return new OpensshPool({ ...options, env })
  }
  const { SshPool } = await import('./ssh/index.ts')
  const pool = new SshPool({
    ...options,
    env,
    home: env.HOME || homedir(),
    ask: ask && ((question) => ask(question, { echo: false })),
    onKeyAdded: options.onMessage,
  })
  return {
    // All of them are its own.
    connect: (target, through) => pool.connect(target, through ? { through: through as SshConnection } : {}),
    get opened() {
      return pool.opened
    },
    close: () => pool.close(),
  }
}
