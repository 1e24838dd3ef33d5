import { normalAddress } from '../lib/audit/normal.ts'
import { CtdbtsError } from '../lib/errors.ts'
import {
  INDEX_PLACEHOLDER,
  type NamedNode,
  NODE_PLACEHOLDER,
  type NodeWay,
  namesNode,
  wayToHost,
} from '../transport/command/routes.ts'
import type { SshClient } from '../transport/ssh-connections.ts'
import type { Via } from '../transport/ways.ts'
import { type ClusterConfig, configPath, type NodeConfig, readConfig } from './config-file.ts'
import { type HostOptions, hostWords } from './host-flags.ts'

/** What the options say about how to reach a cluster. */
export type RemoteClusterOptions = HostOptions & {
  readonly socket?: string | undefined
  readonly 'config-dir'?: string | undefined
}

/** Which hosts to connect to, and how, from the command line and the configuration. */
export interface RemoteCluster {
  /** `[user@]host[:port]` each, in the order to try them; or names for the prefix that runs here. */
  readonly hosts: readonly string[]
  readonly via: Via
  /** Who speaks SSH. */
  readonly ssh: SshClient
  readonly sudo: boolean
  /** How a node is reached that is not in {@link RemoteCluster.nodes}. */
  readonly way: NodeWay
  /** Private address → the node, and how it is reached. */
  readonly nodes: Readonly<Record<string, NamedNode>>
}

/**
 * Reads `--host`: hosts, lists of hosts, and names of clusters in the configuration, which stand for their hosts. Options of the command line
 * apply to all nodes.
 * @throws CtdbtsError BAD_CONFIG, or USAGE for an empty name.
 */
export function remoteClusterOf(options: RemoteClusterOptions, env: NodeJS.ProcessEnv): RemoteCluster {
  const { clusters } = readConfig(configPath(env))
  const words = hostWords(options)
  if (words.some((word) => word === '')) {
    throw new CtdbtsError('USAGE', '--host has an empty name', {
      hint: 'name hosts separated by commas, as in --host node1,root@node2:2222',
    })
  }
  const clusterNamed = (word: string) => (Object.hasOwn(clusters, word) ? clusters[word] : undefined)
  const named = words.flatMap((word) => clusterNamed(word) ?? [])
  const hosts = words.flatMap((word) => clusterNamed(word)?.hosts ?? (clusterNamed(word) ? [] : [word]))
  const given = settingsOf(options)
  const cluster: Settings = { ...mergedSettings(named), ...given }
  const way = wayOf(cluster, hosts.length > 0 ? 'ssh' : 'command', 'the cluster')
  const nodes = Object.fromEntries(
    named
      .flatMap(({ nodes: own = {} }) => Object.entries(own))
      .map(([address, node]): [string, NamedNode] => {
        const { host, ...own } = typeof node === 'string' ? { host: node } : node
        const settings = { ...cluster, ...(own.way === 'local' && { run: undefined }), ...present(own), ...given }
        const ownWay = wayOf(settings, way.isHere ? 'command' : 'ssh', `the node ${address}`)
        return [normalAddress(address), { ...present({ host }), ...ownWay }]
      }),
  )
  if (hosts.length === 0 && way.isHere && namesNode(way.run ?? [])) {
    throw new CtdbtsError('USAGE', `${NODE_PLACEHOLDER} and ${INDEX_PLACEHOLDER} in --run need the names of nodes`, {
      hint: `name them with --host, as in --host smb-0,smb-1 --run 'kubectl exec -i ${NODE_PLACEHOLDER} --'`,
    })
  }
  return {
    hosts,
    via: options.via ?? named.find(({ via }) => via)?.via ?? 'entry',
    ssh: options.ssh ?? named.find(({ ssh }) => ssh)?.ssh ?? 'auto',
    sudo: options.sudo === true || named.some(({ sudo }) => sudo),
    way,
    nodes,
  }
}

/** Whether SSH is on the way to any node that the options name. @throws as {@link remoteClusterOf}. */
export function leadsOverSsh(options: RemoteClusterOptions, env: NodeJS.ProcessEnv): boolean {
  const cluster = remoteClusterOf(options, env)
  return cluster.hosts.some((host) => !wayToHost(host, cluster).isHere)
}

type Settings = Pick<NodeConfig, 'run' | 'way' | 'network' | 'socket' | 'config-dir'>

/** The first value of each setting. What `way` and `network` say belongs to the `run` of the same cluster. */
function mergedSettings(clusters: readonly ClusterConfig[]): Settings {
  const [first = {}] = [...clusters.filter(({ run }) => run), ...clusters]
  return present({
    run: first.run,
    way: first.way,
    network: first.network,
    socket: clusters.find(({ socket }) => socket)?.socket,
    'config-dir': clusters.find((each) => each['config-dir'])?.['config-dir'],
  })
}

/** What the command line says. A command on it says where it runs, too. */
function settingsOf(options: RemoteClusterOptions): Settings {
  const { run, network, socket, 'config-dir': configDir } = options
  const given = present({ network, socket, 'config-dir': configDir })
  return run === undefined ? given : { ...given, run: wordsOfRun(run), way: undefined, network }
}

/**
 * The way that settings describe.
 * @param placeOfRun where a command runs that neither names nodes nor says so.
 * @throws CtdbtsError BAD_CONFIG when they contradict each other.
 */
function wayOf(
  { run, way, network, socket, 'config-dir': configDir }: Settings,
  placeOfRun: 'ssh' | 'command',
  what: string,
): NodeWay {
  const bad = (message: string) =>
    new CtdbtsError('BAD_CONFIG', `${what}: ${message}`, { hint: 'see docs/ssh.md, "Clusters by name"' })
  const [program, ...words] = run ?? []
  const place = way ?? (namesNode(run ?? []) ? 'command' : program === undefined ? 'ssh' : placeOfRun)
  if (place === 'command' && program === undefined) throw bad('way = "command" needs run')
  if (place === 'local' && program !== undefined) throw bad('way = "local" uses no run; way = "command" runs it on this machine')
  if (network === 'host' && place === 'command' && namesNode(run ?? [])) {
    throw bad('with network = "host", run must be a command on the host of the node; this one leads there from here')
  }
  return present({
    run: program === undefined ? undefined : ([program, ...words] as const),
    isHere: place !== 'ssh',
    network,
    socketPath: socket,
    configFolder: configDir,
  })
}

/** Without what is undefined. */
const present = <T extends object>(settings: T): T =>
  Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as T

/**
 * The words of `--run`, which are separated by blanks. No shell reads them.
 * @throws CtdbtsError USAGE when there is none, or when something seems to be meant for a shell.
 */
export function wordsOfRun(text: string): readonly [string, ...string[]] {
  const [program, ...words] = text.trim().split(/[ \t]+/)
  if (!program) throw new CtdbtsError('USAGE', '--run has no command', { hint: "as in --run 'podman exec -i ctdb'" })
  if (/["'\\]/.test(text)) {
    throw new CtdbtsError('USAGE', '--run takes words separated by blanks, without quotes', {
      hint: 'write words with blanks as a list: `run = [...]` in config.toml',
    })
  }
  return [program, ...words]
}
