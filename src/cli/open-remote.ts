import { KNOWN_SOCKETS } from '../lib/cluster/paths.ts'
import { type NodeRoutes, nodeRoutes, wayToHost } from '../transport/command/routes.ts'
import type { HostRoute } from '../transport/host-access.ts'
import type { AskUser } from '../transport/ssh-connections.ts'
import { type SshRoutes, sshRoutes } from '../transport/ssh-routes.ts'
import { visible } from '../ui/visible.ts'
import { type RemoteCluster, type RemoteClusterOptions, remoteClusterOf } from './remote-cluster.ts'

/** The routes to a cluster over SSH or through a command, and where its daemons' sockets may be. */
export interface RemoteWays {
  readonly entries: readonly HostRoute[]
  /** Absent when only the entries can be reached. */
  readonly routeTo?: NodeRoutes['routeTo'] | undefined
  /** Number of SSH connections opened so far. */
  readonly opened: () => number
  /** Closes all connections. */
  readonly close: () => void
  readonly socketPaths: readonly string[]
}

/** Runs `ask` while nothing else writes to the terminal. */
export type WhileAsking = <T>(ask: () => Promise<T>) => Promise<T>

/** How to ask the user, and to notify them. */
export interface UserDialog {
  readonly whileAsking?: WhileAsking
  /** Shows a notice, such as a new host key; default: on standard error. */
  readonly notify?: (text: string) => void
}

type RemoteOptions = RemoteClusterOptions & { readonly socket: string | undefined; readonly verbose: boolean }

/** How long it may take to reach a socket through a command, in milliseconds, unless --connect-timeout says. */
const COMMAND_CONNECT_MS = 10_000

/**
 * Prepares connections to the nodes that the options name; nothing is connected yet.
 * @throws CtdbtsError for invalid hosts, or an invalid configuration.
 */
export async function openRemote(options: RemoteOptions, dialog: UserDialog = {}): Promise<RemoteWays> {
  return await openWaysTo(remoteClusterOf(options, process.env), options, dialog)
}

/**
 * Prepares connections to the hosts that the options name, whatever the configuration says about how to go on from there to the nodes. A
 * command in the options is how a host is reached.
 * @throws CtdbtsError for invalid hosts, or an invalid configuration.
 */
export async function openHosts(options: RemoteOptions, dialog: UserDialog = {}): Promise<RemoteWays> {
  const cluster = remoteClusterOf(options, process.env)
  const direct: RemoteCluster = { ...cluster, way: { isHere: false }, nodes: {} }
  return await openWaysTo(options.run === undefined ? direct : cluster, options, dialog)
}

async function openWaysTo(cluster: RemoteCluster, options: RemoteOptions, dialog: UserDialog): Promise<RemoteWays> {
  const { hosts, way, nodes, sudo } = cluster
  const overSsh = hosts.filter((host) => !wayToHost(host, cluster).isHere)
  const needsSsh = overSsh.length > 0 || [way, ...Object.values(nodes)].some(({ isHere }) => !isHere)
  const ssh = needsSsh ? await openSsh(cluster, overSsh, options, dialog) : undefined
  const routes = nodeRoutes({
    hosts,
    way,
    nodes,
    ssh,
    sudo,
    connectTimeoutMs: options['connect-timeout'] ? options['connect-timeout'] * 1000 : COMMAND_CONNECT_MS,
    onNotice: options.verbose ? (dialog.notify ?? notifyOnStderr) : () => {},
  })
  const socketPaths = options.socket === undefined ? KNOWN_SOCKETS : [options.socket]
  return { ...routes, opened: ssh?.opened ?? (() => 0), close: ssh?.close ?? (() => {}), socketPaths }
}

async function openSsh(
  { via, ssh: client, sudo, nodes }: RemoteCluster,
  hosts: readonly string[],
  options: RemoteOptions,
  { whileAsking = (ask) => ask(), notify = notifyOnStderr }: UserDialog,
): Promise<SshRoutes> {
  const canAsk = process.stdin.isTTY && process.stderr.isTTY
  return await sshRoutes({
    client,
    env: process.env,
    hosts,
    via,
    names: Object.fromEntries(
      Object.entries(nodes).flatMap(([address, { host }]) => (host === undefined ? [] : [[address, host]])),
    ),
    acceptNew: options['accept-new'] ?? false,
    sudo,
    connectTimeoutMs: options['connect-timeout'] && options['connect-timeout'] * 1000,
    configFile: options['ssh-config'],
    identities: options.identity ?? [],
    ask: canAsk ? (question, how) => whileAsking(() => ask(question, how)) : undefined,
    onNotice: options.verbose ? notify : () => {},
    onMessage: notify,
  })
}

/** Asks on the terminal; undefined when the input ends (Ctrl-D). Ctrl-C ends the program, as usual. */
const ask: AskUser = async (question, { echo }) => {
  const [{ createInterface }, { Writable }] = await Promise.all([import('node:readline'), import('node:stream')])
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = question.split('\n').map(visible)
  const prompt = lines.pop() ?? ''
  const terminal = createInterface({
    input: process.stdin,
    output: echo ? process.stderr : nowhere,
    prompt,
    terminal: true,
    historySize: 0,
  })
  process.stderr.write(lines.map((line) => `${line}\n`).join(''))
  if (echo) terminal.prompt()
  else process.stderr.write(prompt)
  try {
    return await new Promise((resolve) => {
      terminal.once('line', resolve)
      terminal.once('close', () => resolve(undefined))
      terminal.once('SIGINT', () => process.kill(process.pid, 'SIGINT'))
    })
  } finally {
    terminal.close()
    if (!echo) process.stderr.write('\n')
  }
}

const notifyOnStderr = (text: string): void => {
  process.stderr.write(`ctdbts: ${visible(text)}\n`)
}
