import { KNOWN_SOCKETS } from '../lib/cluster/paths.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { Cluster, type ClusterOptions } from '../operations/reach/cluster.ts'
import { localRoutes } from '../operations/reach/local-routes.ts'
import { type NodeWay, namesNode, nodeRoutes } from '../transport/command/routes.ts'
import { localRoute } from '../transport/local/host.ts'
import type { SshClient } from '../transport/ssh-connections.ts'
import { type SshRoutes, sshRoutes } from '../transport/ssh-routes.ts'
import type { Network, Via } from '../transport/ways.ts'
import { ClusterSession } from './cluster-session.ts'

/** How hosts are reached over SSH. The user's own ssh_config, keys, agent and known_hosts apply where an option is not given. */
export interface SshOptions {
  /**
   * Who speaks SSH: this process with the package ssh2, or the program `ssh` of OpenSSH with the user's whole configuration. `auto`, the default, takes
   * OpenSSH for hosts whose configuration has something that ssh2 cannot do.
   */
  readonly client?: SshClient | undefined
  /** Instead of ~/.ssh/config and /etc/ssh/ssh_config; `none` for neither. */
  readonly configFile?: string | undefined
  /** Private key files, tried before those of the configuration. */
  readonly identities?: readonly string[] | undefined
  /** Whether commands run and sockets are opened as root, by sudo. */
  readonly sudo?: boolean | undefined
  /** Whether the key of a host that known_hosts does not have is accepted and added. */
  readonly acceptNewKeys?: boolean | undefined
  /** Milliseconds for connecting and logging in; ConnectTimeout of the configuration, or 10,000, unless given. */
  readonly connectTimeoutMs?: number | undefined
  /** How nodes that `hosts` does not name are reached: through the first host that answers (`entry`, the default), or directly (`direct`). */
  readonly via?: Via | undefined
  /** Host names for nodes whose private address is not where sshd answers: private address → `[user@]host[:port]`. */
  readonly names?: Readonly<Record<string, string>> | undefined
  /**
   * Asks for the passphrase of a key; without it, keys with a passphrase are skipped. Returns undefined to skip the key. OpenSSH asks for passwords and
   * second factors, and whether to trust an unknown host key, too; undefined ends the login then.
   */
  readonly askPassphrase?: ((prompt: string) => Promise<string | undefined>) | undefined
}

/** Where the cluster is, and how it is reached. */
export interface OpenClusterOptions {
  /** Nodes to start from, as `ssh` takes them: `node1`, `root@node1`, `node1:2222`. Without any: this machine, which must be a node. */
  readonly hosts?: readonly string[] | undefined
  /** Milliseconds that each answer may take; 5,000 unless given. */
  readonly timeoutMs?: number | undefined
  /** Path of ctdbd's socket on the nodes; the usual places unless given. */
  readonly socketPath?: string | undefined
  /** The folder of CTDB's configuration on the nodes, such as `/usr/local/samba/etc/ctdb`; the usual places unless given. */
  readonly configFolder?: string | undefined
  /**
   * The words before each command on a node, as of `--run`: `['podman', 'exec', '-i', 'ctdb']`. They run on each host, over SSH; on this machine
   * without hosts, or if they contain `{node}` (the name of the node: one of `hosts`, or of `ssh.names`, or its private address) or `{index}`
   * (its PNN; its place in `hosts`, from 0). No shell interprets them.
   */
  readonly run?: readonly [string, ...string[]] | undefined
  /** Whether the addresses of a node are in the kernel behind `run` (`inside`, the default), or in that of the machine on which `run` runs (`host`). */
  readonly network?: Network | undefined
  /** How hosts are reached. Of these options, `sudo`, `connectTimeoutMs` and `names` apply to `run` on this machine, too. */
  readonly ssh?: SshOptions | undefined
}

const DEFAULT_TIMEOUT_MS = 5_000
const DEFAULT_CONNECT_MS = 10_000

/**
 * Connects to a cluster: to the given hosts, and from there to all other nodes. A node that cannot be reached does not stop the others;
 * an audit reports it.
 *
 * @example
 * ```ts
 * import { openCluster } from 'ctdbts'
 *
 * using cluster = await openCluster({ hosts: ['node1'] })
 * const { findings } = await cluster.audit()
 * for (const { severity, message } of findings) console.log(severity, message)
 * ```
 *
 * @throws CtdbtsError when no host can be reached, or none knows which nodes there are.
 */
export async function openCluster(options: OpenClusterOptions = {}): Promise<ClusterSession> {
  const { routes, close } = await routesOf(options)
  try {
    return new ClusterSession(await Cluster.open(routes), routes, close)
  } catch (error) {
    close()
    throw error
  }
}

async function routesOf(options: OpenClusterOptions): Promise<Routes> {
  const { hosts = [], timeoutMs = DEFAULT_TIMEOUT_MS, socketPath, configFolder, run } = options
  if (hosts.length > 0 || run) return await remoteRoutesOf({ ...options, hosts, timeoutMs })
  return {
    routes: localRoutes({ machine: localRoute, socket: socketPath, env: process.env, timeoutMs, configFolder }),
    close: () => {},
  }
}

/** The routes to a cluster, and how to close their connections. */
interface Routes {
  readonly routes: ClusterOptions
  readonly close: () => void
}

/** @throws CtdbtsError USAGE for a `run` that names nodes where `hosts` names none. */
async function remoteRoutesOf({
  hosts,
  timeoutMs,
  socketPath,
  configFolder: base,
  run,
  network,
  ssh = {},
}: OpenClusterOptions & { readonly hosts: readonly string[]; readonly timeoutMs: number }): Promise<Routes> {
  const namesNodes = run !== undefined && namesNode(run)
  if (namesNodes && hosts.length === 0) {
    throw new CtdbtsError('USAGE', 'run has a placeholder for a node, but no hosts are named', {
      hint: 'name the nodes to start from in hosts',
    })
  }
  const way: NodeWay = { run, network, isHere: run !== undefined && (namesNodes || hosts.length === 0) }
  const overSsh = way.isHere ? undefined : await sshRoutesTo(hosts, ssh)
  const { entries, routeTo } = nodeRoutes({
    hosts,
    way,
    nodes: Object.fromEntries(Object.entries(ssh.names ?? {}).map(([address, host]) => [address, { host, ...way }])),
    ssh: overSsh,
    sudo: ssh.sudo ?? false,
    connectTimeoutMs: ssh.connectTimeoutMs ?? DEFAULT_CONNECT_MS,
    onNotice: () => {},
  })
  return {
    routes: { entries, routeTo, socketPaths: socketPath === undefined ? KNOWN_SOCKETS : [socketPath], timeoutMs, base },
    close: () => overSsh?.close(),
  }
}

async function sshRoutesTo(hosts: readonly string[], ssh: SshOptions): Promise<SshRoutes> {
  const { client = 'auto', acceptNewKeys, askPassphrase, ...options } = ssh
  return await sshRoutes({
    ...options,
    client,
    env: process.env,
    hosts,
    acceptNew: acceptNewKeys,
    ask: askPassphrase,
  })
}
