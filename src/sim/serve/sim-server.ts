import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Pnn } from '../../lib/cluster/node.ts'
import { CtdbtsError } from '../../lib/errors.ts'
import { makeFolder } from '../make-folder.ts'
import { isAlive } from '../processes.ts'
import type { Host } from '../world/host.ts'
import { Cleanups } from './cleanups.ts'
import { linkedFiles } from './database-files.ts'
import { NodeFilesOnDisk } from './node-files.ts'
import { SimCluster, type SimClusterOptions } from './sim-cluster.ts'
import { commandsOf } from './sim-commands.ts'
import { listenUnix, type SocketServer } from './socket-server.ts'
import type { SshServer } from './ssh-server.ts'

export interface SimServerOptions extends Omit<SimClusterOptions, 'hosts' | 'files' | 'daemonStarted' | 'daemonEnded'> {
  /** For sockets, files and keys; a new temporary folder unless given. */
  readonly directory?: string | undefined
  /** Serves the nodes over SSH too, on consecutive ports from this one; 0 picks free ports. */
  readonly ssh?: { readonly firstPort: number }
  /** Uses real network namespaces as the nodes' kernels. */
  readonly netns?: boolean
}

/** How a simulated node is reached. */
export interface ServedNode {
  readonly pnn: Pnn
  readonly socketPath: string
  readonly ssh?: { readonly host: string; readonly port: number }
  /** The network namespace that is its kernel. */
  readonly namespace?: string
}

/** A simulated cluster behind real sockets. */
export interface SimServer extends AsyncDisposable {
  readonly cluster: SimCluster
  readonly nodes: readonly ServedNode[]
  readonly directory: string
  /** The private key for SSH, and a known_hosts file with the nodes' keys. */
  readonly sshKeyPath?: string
  readonly knownHostsPath?: string
  /** An OpenSSH configuration with both, and an alias for each node: `node0`, … */
  readonly sshConfigPath?: string
}

const PREFIX = 'ctdbts-sim-'
const SSH_HOST = '127.0.0.1'
/** The port of the nodes' SSH servers as the nodes see it. */
const SSH_PORT = 22
const MAX_PORT = 65_535
/** The socket paths of a real node, which SSH clients ask for. */
const USUAL_SOCKET = '/run/ctdb/ctdbd.socket'
const USUAL_EVENT_SOCKET = '/run/ctdb/eventd.socket'

/**
 * Starts a simulated cluster, waits until it is healthy, and serves it.
 * @throws CtdbtsError for a socket path that is too long or in use, a port in use, namespaces that cannot be made.
 */
export async function startSimServer(options: SimServerOptions): Promise<SimServer> {
  const cleanups = new Cleanups()
  try {
    return await start(options, cleanups)
  } catch (error) {
    // The first error matters more than one of the cleanup.
    await cleanups[Symbol.asyncDispose]().catch(() => {})
    throw error
  }
}

async function start(options: SimServerOptions, cleanups: Cleanups): Promise<SimServer> {
  removeLeftovers()
  const directory = makeDirectory(options.directory)
  if (options.directory === undefined) cleanups.add(() => rmSync(directory, { recursive: true, force: true }))
  const { hosts, namespaces } = await makeHosts(options, directory, cleanups)
  const { layout } = options
  const folder = (pnn: Pnn) => join(directory, `n${pnn}`)
  const files = layout.hosts.map(
    ({ publicAddresses }, pnn) => new NodeFilesOnDisk(folder(pnn), { nodes: layout.nodes, publicAddresses }),
  )
  const sockets = layout.hosts.map((_, pnn) => new ServedSocket(join(folder(pnn), 'run/ctdbd.socket')))
  const eventSockets = layout.hosts.map((_, pnn) => new ServedSocket(join(folder(pnn), 'run/eventd.socket')))
  const databaseSockets = layout.hosts.map((_, pnn) => new ServedSocket(join(folder(pnn), 'run/databases.socket')))
  const cluster = new SimCluster({
    ...options,
    ...(hosts && { hosts }),
    files,
    databaseFiles: databaseSockets.map(({ path }, pnn) => linkedFiles(folder(pnn), path)),
    daemonStarted: (pnn) => {
      sockets[pnn]?.open((stream) => cluster.serve(pnn, stream))
      eventSockets[pnn]?.open((stream) => cluster.serveEvents(pnn, stream))
      databaseSockets[pnn]?.open((stream) => cluster.serveDatabase(pnn, stream))
    },
    daemonEnded: (pnn) => {
      sockets[pnn]?.close()
      eventSockets[pnn]?.close()
      databaseSockets[pnn]?.close()
    },
  })
  for (const socket of [...sockets, ...eventSockets, ...databaseSockets]) cleanups.use(socket)
  cleanups.add(() => cluster.close())
  await cluster.comeUp()
  await Promise.all([...sockets, ...eventSockets, ...databaseSockets].map((socket) => socket.settled()))
  const paths = sockets.map(({ path }, pnn) => ({
    daemon: path,
    events: eventSockets[pnn]?.path ?? '',
    privateAddress: layout.hosts[pnn]?.privateAddress ?? '',
  }))
  const ssh = options.ssh && (await serveAllOverSsh(cluster, paths, directory, options.ssh.firstPort, cleanups))
  const nodes = sockets.map(
    ({ path }, pnn): ServedNode => ({
      pnn,
      socketPath: path,
      ...(ssh && { ssh: { host: SSH_HOST, port: ssh.servers[pnn]?.port ?? 0 } }),
      ...(namespaces && { namespace: namespaces[pnn] ?? '' }),
    }),
  )
  cluster.driver.start()
  return {
    cluster,
    nodes,
    directory,
    ...(ssh && { sshKeyPath: ssh.keyPath, knownHostsPath: ssh.knownHostsPath, sshConfigPath: ssh.configPath }),
    [Symbol.asyncDispose]: () => cleanups[Symbol.asyncDispose](),
  }
}

/**
 * Makes a temporary folder, or the one given; its parent must exist.
 * @throws CtdbtsError BAD_DIRECTORY.
 */
function makeDirectory(given: string | undefined): string {
  try {
    if (given === undefined) return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`))
    if (given === '') throw new Error('its name is empty')
    if (!existsSync(given)) mkdirSync(given, { mode: 0o700 })
    return resolve(given)
  } catch (cause) {
    throw new CtdbtsError('BAD_DIRECTORY', `cannot use ${given ?? tmpdir()} as a folder: ${(cause as Error).message}`, {
      hint: 'name another one with --dir',
      cause,
    })
  }
}

/** A socket of one node, open while its daemon runs. */
class ServedSocket implements AsyncDisposable {
  readonly path: string
  private server: SocketServer | undefined
  /** The last action. Opening and closing take time, and must not overtake each other. */
  private last: Promise<void> = Promise.resolve()

  constructor(path: string) {
    this.path = path
  }

  open(serve: Parameters<typeof listenUnix>[1]): void {
    this.queue(async () => {
      this.server = await listenUnix(this.path, serve)
    })
  }

  close(): void {
    this.queue(async () => {
      await this.server?.[Symbol.asyncDispose]()
      this.server = undefined
    })
  }

  /** A failure is reported by `settled`, and does not keep later actions from running. */
  private queue(action: () => Promise<void>): void {
    this.last = this.last.catch(() => {}).then(action)
    this.last.catch(() => {})
  }

  /** Waits for the last action. @throws its error. */
  async settled(): Promise<void> {
    await this.last
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close()
    await this.last.catch(() => {})
  }
}

async function makeHosts(
  { netns, layout }: SimServerOptions,
  directory: string,
  cleanups: Cleanups,
): Promise<{ hosts?: readonly Host[]; namespaces?: readonly string[] }> {
  if (!netns) return {}
  const { createNetns, removeNetnsLeftovers } = await import('../netns/index.ts')
  await removeNetnsLeftovers()
  const made = await createNetns({
    name: `${PREFIX}${process.pid}`,
    nodes: layout.hosts,
    stateDirectory: join(directory, 'locks'),
  })
  cleanups.use(made)
  return { hosts: made.hosts, namespaces: made.namespaces }
}

async function serveAllOverSsh(
  cluster: SimCluster,
  sockets: readonly { readonly daemon: string; readonly events: string; readonly privateAddress: string }[],
  directory: string,
  firstPort: number,
  cleanups: Cleanups,
): Promise<{ servers: readonly SshServer[]; keyPath: string; knownHostsPath: string; configPath: string }> {
  const { generateSshKey, serveSsh } = await import('./ssh-server.ts')
  const folder = join(directory, 'ssh')
  makeFolder(folder)
  const client = generateSshKey()
  const hostKey = generateSshKey()
  const keyPath = join(folder, 'id_ed25519')
  const knownHostsPath = join(folder, 'known_hosts')
  writeFileSync(keyPath, client.privateKey, { mode: 0o600 })
  writeFileSync(`${keyPath}.pub`, `${client.publicKey}\n`)
  if (firstPort + sockets.length - 1 > MAX_PORT) {
    throw new CtdbtsError('PORT_IN_USE', `there are no ${sockets.length} ports from ${firstPort} on`, {
      hint: `${MAX_PORT} is the last one`,
    })
  }
  const servers: SshServer[] = []
  // This machine is not in the nodes' private network. Each node forwards to the others.
  const ports = new Map<string, number>()
  for (const [pnn, { daemon, events, privateAddress }] of sockets.entries()) {
    const server = await serveSsh({
      host: SSH_HOST,
      port: firstPort === 0 ? 0 : firstPort + pnn,
      hostKey: hostKey.privateKey,
      authorizedKeys: [client.publicKey],
      sockets: new Map([
        [USUAL_SOCKET, daemon],
        [daemon, daemon],
        [USUAL_EVENT_SOCKET, events],
        [events, events],
      ]),
      ports,
      run: commandsOf(cluster, pnn),
    })
    ports.set(`${privateAddress}:${SSH_PORT}`, server.port)
    servers.push(cleanups.use(server))
  }
  const names = servers.flatMap(({ host, port }, pnn) => [`[${host}]:${port}`, sockets[pnn]?.privateAddress ?? ''])
  writeFileSync(knownHostsPath, names.map((name) => `${name} ${hostKey.publicKey}\n`).join(''))
  const configPath = join(folder, 'config')
  writeFileSync(configPath, sshConfig(servers, keyPath, knownHostsPath))
  return { servers, keyPath, knownHostsPath, configPath }
}

/** For `ssh -F` and `ctdbts --ssh-config`: an alias for each node, `node0` and so on. */
function sshConfig(servers: readonly SshServer[], keyPath: string, knownHostsPath: string): string {
  const blocks = servers.map(({ host, port }, pnn) => `Host node${pnn}\n  HostName ${host}\n  Port ${port}\n`)
  return `${blocks.join('')}Host *\n  IdentityFile ${keyPath}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${knownHostsPath}\n`
}

/** Removes the temporary folders of killed simulations of the same user. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = Number(/^ctdbts-sim-(\d+)-/.exec(name)?.[1])
    const path = join(tmpdir(), name)
    if (!(pid > 0) || isAlive(pid) || statSync(path, { throwIfNoEntry: false })?.uid !== process.getuid?.()) continue
    try {
      rmSync(path, { recursive: true, force: true })
    } catch {
      // A remaining folder does no harm.
    }
  }
}
