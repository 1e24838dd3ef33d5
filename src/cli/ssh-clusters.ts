import { normalAddress } from '../lib/audit/normal.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { type Config, configPath, readConfig, type Via } from './config-file.ts'
import type { HostOptions } from './host-flags.ts'

/** Which hosts to go to, and how, after the command line and the configuration. */
export interface SshCluster {
  /** `[user@]host[:port]` each, in the order in which they are to be tried. */
  readonly hosts: readonly string[]
  readonly via: Via
  readonly sudo: boolean
  /** Path of ctdbd's socket on the nodes, where that is configured. */
  readonly socket: string | undefined
  /** Private address → `[user@]host[:port]`. */
  readonly names: Readonly<Record<string, string>>
}

/**
 * What `--host` says: hosts, lists of hosts, and names of clusters in the configuration, which stand for theirs.
 * @throws CtdbtsError BAD_CONFIG, or USAGE for an empty name.
 */
export function sshClusterOf(options: HostOptions, env: NodeJS.ProcessEnv): SshCluster {
  const { clusters }: Config = readConfig(configPath(env))
  const words = (options.host ?? []).flatMap((list) => list.split(','))
  if (words.some((word) => word === '')) {
    throw new CtdbtsError('USAGE', '--host takes a host, or several with commas between them', {
      hint: 'as in --host node1,root@node2:2222',
    })
  }
  const named = words
    .flatMap((word) => (Object.hasOwn(clusters, word) ? [clusters[word]] : []))
    .filter((each) => each !== undefined)
  return {
    hosts: words.flatMap((word) => (Object.hasOwn(clusters, word) ? (clusters[word]?.hosts ?? []) : [word])),
    via: options.via ?? named.find(({ via }) => via)?.via ?? 'entry',
    sudo: options.sudo === true || named.some(({ sudo }) => sudo),
    socket: named.find(({ socket }) => socket)?.socket,
    names: Object.fromEntries(
      named.flatMap(({ nodes = {} }) => Object.entries(nodes)).map(([address, name]) => [normalAddress(address), name]),
    ),
  }
}
