import { normalAddress } from '../lib/audit/normal.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { NODE_PLACEHOLDER } from '../transport/command/routes.ts'
import { type Config, configPath, readConfig, type Via } from './config-file.ts'
import type { HostOptions } from './host-flags.ts'

/** Which hosts to connect to, and how, from the command line and the configuration. */
export interface RemoteCluster {
  /** `[user@]host[:port]` each, in the order to try them; names for {@link RemoteCluster.run} when that runs here. */
  readonly hosts: readonly string[]
  readonly via: Via
  readonly sudo: boolean
  /** Path of ctdbd's socket on the nodes, where that is configured. */
  readonly socket: string | undefined
  /** Private address → `[user@]host[:port]`. */
  readonly names: Readonly<Record<string, string>>
  /** The words before each command, where commands are not run directly on the hosts. */
  readonly run: readonly [string, ...string[]] | undefined
  /** Whether these words run on the hosts, over SSH, rather than on this machine. */
  readonly runsOnHosts: boolean
}

/**
 * Reads `--host`: hosts, lists of hosts, and names of clusters in the configuration, which stand for their hosts.
 * @throws CtdbtsError BAD_CONFIG, or USAGE for an empty name.
 */
export function remoteClusterOf(options: HostOptions, env: NodeJS.ProcessEnv): RemoteCluster {
  const { clusters }: Config = readConfig(configPath(env))
  const words = (options.host ?? []).flatMap((list) => list.split(','))
  if (words.some((word) => word === '')) {
    throw new CtdbtsError('USAGE', '--host has an empty name', {
      hint: 'name hosts separated by commas, as in --host node1,root@node2:2222',
    })
  }
  const hosts = words.flatMap((word) => (Object.hasOwn(clusters, word) ? (clusters[word]?.hosts ?? []) : [word]))
  const named = words
    .flatMap((word) => (Object.hasOwn(clusters, word) ? [clusters[word]] : []))
    .filter((each) => each !== undefined)
  const run = options.run === undefined ? named.find((each) => each.run)?.run : wordsOfRun(options.run)
  const namesNodes = run?.some((word) => word.includes(NODE_PLACEHOLDER)) ?? false
  if (namesNodes && hosts.length === 0) {
    throw new CtdbtsError('USAGE', `${NODE_PLACEHOLDER} in --run needs the names of nodes`, {
      hint: `name them with --host, as in --host smb-0,smb-1 --run 'kubectl exec -i ${NODE_PLACEHOLDER} --'`,
    })
  }
  const way = (options.run === undefined && named.find((each) => each.way)?.way) || (namesNodes ? 'command' : 'ssh')
  return {
    hosts,
    via: options.via ?? named.find(({ via }) => via)?.via ?? 'entry',
    sudo: options.sudo === true || named.some(({ sudo }) => sudo),
    socket: named.find(({ socket }) => socket)?.socket,
    names: Object.fromEntries(
      named.flatMap(({ nodes = {} }) => Object.entries(nodes)).map(([address, name]) => [normalAddress(address), name]),
    ),
    run,
    runsOnHosts: hosts.length > 0 && run !== undefined && way !== 'command',
  }
}

/**
 * The words of `--run`, which are separated by blanks. No shell reads them.
 * @throws CtdbtsError USAGE when there is none, or when something seems to be meant for a shell.
 */
function wordsOfRun(text: string): readonly [string, ...string[]] {
  const [program, ...words] = text.trim().split(/[ \t]+/)
  if (!program) throw new CtdbtsError('USAGE', '--run has no command', { hint: "as in --run 'podman exec -i ctdb'" })
  if (/["'\\]/.test(text)) {
    throw new CtdbtsError('USAGE', '--run takes words separated by blanks, without quotes', {
      hint: 'write words with blanks as a list: `run = [...]` in config.toml',
    })
  }
  return [program, ...words]
}
