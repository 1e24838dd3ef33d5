import { homedir } from 'node:os'
import { KNOWN_SOCKETS } from '../transport/ctdb-paths.ts'
import type { HostAccess } from '../transport/host-access.ts'
import type { Destination } from '../transport/reach/reached-host.ts'
import { parseSshTarget, type SshConnection, SshPool } from '../transport/ssh/index.ts'
import { visible } from '../ui/visible.ts'
import type { HostOptions } from './host-flags.ts'
import { type SshCluster, sshClusterOf } from './ssh-clusters.ts'

/** The hosts that `--host` names, and the ways to the others. */
export interface SshWays {
  readonly entries: readonly Destination[]
  readonly wayTo: (privateAddress: string, through: HostAccess) => Destination
  readonly socketPaths: readonly string[]
  /** Connections opened so far. */
  readonly opened: () => number
  readonly close: () => void
}

/** Asks something, while nothing else is written on the terminal. */
export type Undisturbed = <T>(ask: () => Promise<T>) => Promise<T>

/** How to talk with the user meanwhile. */
export interface Talk {
  readonly undisturbed?: Undisturbed
  /** Says what is worth knowing, such as a new host key; on standard error unless given. */
  readonly say?: (text: string) => void
}

/**
 * Makes ready to go to hosts over SSH; nothing is connected yet.
 * @throws CtdbtsError for hosts or a configuration that cannot be.
 */
export function openSsh(
  options: HostOptions & { readonly socket: string | undefined; readonly verbose: boolean },
  { undisturbed = (ask) => ask(), say = sayPlainly }: Talk = {},
): SshWays {
  const cluster = sshClusterOf(options, process.env)
  const targets = cluster.hosts.map((text) => ({ text, target: parseSshTarget(text) }))
  const pool = new SshPool({
    env: process.env,
    home: process.env.HOME || homedir(),
    acceptNew: options['accept-new'] ?? false,
    sudo: cluster.sudo,
    connectTimeoutMs: options['connect-timeout'] && options['connect-timeout'] * 1000,
    configFile: options['ssh-config'],
    identities: options.identity ?? [],
    ask: (prompt) => undisturbed(() => ask(prompt)),
    onNotice: options.verbose ? say : () => {},
    onKeyAdded: say,
  })
  const socket = options.socket ?? cluster.socket
  return {
    entries: targets.map(({ text, target }) => ({ name: text, reach: () => pool.connect(target) })),
    wayTo: (privateAddress, through) => wayTo(pool, cluster, privateAddress, through as SshConnection),
    socketPaths: socket === undefined ? KNOWN_SOCKETS : [socket],
    opened: () => pool.opened,
    close: () => pool.close(),
  }
}

/**
 * To a node that `--host` does not name: by its name in the configuration; else by its private address, from an entry or straight from
 * here. Private networks often cannot be reached from an administrator's machine.
 */
function wayTo(pool: SshPool, cluster: SshCluster, privateAddress: string, through: SshConnection): Destination {
  const name = cluster.names[privateAddress]
  if (name !== undefined) return { name, reach: async () => await pool.connect(parseSshTarget(name)) }
  const target = { host: privateAddress, user: through.target.user }
  const direct = () => pool.connect(target)
  if (cluster.via === 'direct') return { name: privateAddress, reach: direct }
  return { name: privateAddress, reach: () => pool.connect(target, { through }) }
}

/**
 * Asks on the terminal for a passphrase, which does not show; undefined where there is none to ask on, or when the input ends (Ctrl-D).
 * Ctrl-C ends the program, as always.
 */
async function ask(prompt: string): Promise<string | undefined> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return undefined
  const [{ createInterface }, { Writable }] = await Promise.all([import('node:readline'), import('node:stream')])
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const terminal = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 })
  process.stderr.write(visible(prompt))
  try {
    return await new Promise((resolve) => {
      terminal.once('line', resolve)
      terminal.once('close', () => resolve(undefined))
      terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    })
  } finally {
    terminal.close()
    process.stderr.write('\n')
  }
}

const sayPlainly = (text: string): void => {
  process.stderr.write(`ctdbts: ${visible(text)}\n`)
}
