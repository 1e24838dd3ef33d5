import * as Flags from '@oclif/core/flags'
import { CtdbtsError } from '../lib/errors.ts'
import { SSH_CLIENTS, type SshClient } from '../transport/ssh-connections.ts'
import { NETWORKS, type Network, VIAS, type Via } from '../transport/ways.ts'

const seconds = Flags.custom<number>({
  helpValue: 'SECONDS',
  parse: async (text, _context, { name }) => {
    if (/^\d{1,5}(\.\d{1,3})?$/.test(text) && Number(text) > 0) return Number(text)
    throw new CtdbtsError('USAGE', `--${name} takes a number of seconds, not ${JSON.stringify(text)}`)
  },
})

/** Options of every command that asks a cluster: which one, and how to reach it. */
export const hostFlags = {
  host: Flags.string({
    char: 'H',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'SSH',
    helpValue: '[USER@]HOST[:PORT]',
    summary: 'Ask the daemon of this node over SSH; ctdbts tries several (or A,B) in turn; also a cluster of the configuration',
  }),
  run: Flags.string({
    helpGroup: 'SSH',
    helpValue: 'COMMAND',
    summary: 'Reach the node through a command, such as `podman exec -i ctdb`: on each --host, or here, with {node} as its name',
  }),
  network: Flags.option({
    options: NETWORKS,
    helpGroup: 'SSH',
    helpValue: NETWORKS.join('|'),
    summary: 'Read kernels behind the command of --run (inside), or where it runs (host) [default: inside]',
  })(),
  ssh: Flags.option({
    options: SSH_CLIENTS,
    helpGroup: 'SSH',
    helpValue: SSH_CLIENTS.join('|'),
    summary: "Who speaks SSH: the system's `ssh`, ctdbts itself, or `ssh` where the configuration needs it [default: auto]",
  })(),
  sudo: Flags.boolean({ helpGroup: 'SSH', summary: 'Become root there with `sudo -n` unless the login is root' }),
  via: Flags.option({
    options: VIAS,
    helpGroup: 'SSH',
    helpValue: VIAS.join('|'),
    summary: 'Reach nodes that --host does not name through that host (entry) or directly [default: entry]',
  })(),
  'accept-new': Flags.boolean({ helpGroup: 'SSH', summary: 'Accept and remember the keys of unknown hosts' }),
  identity: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'SSH',
    helpValue: 'FILE',
    summary: "Private key to try before those of OpenSSH's configuration",
  }),
  'ssh-config': Flags.string({
    helpGroup: 'SSH',
    helpValue: 'FILE',
    summary: 'OpenSSH configuration file [default: ~/.ssh/config and /etc/ssh/ssh_config]',
  }),
  'connect-timeout': seconds({
    helpGroup: 'SSH',
    summary: 'Time limit for connecting to a host [default: ConnectTimeout, or 10]',
  }),
}

/** The values of these options. */
export interface HostOptions {
  readonly host?: readonly string[] | undefined
  readonly run?: string | undefined
  readonly network?: Network | undefined
  readonly ssh?: SshClient | undefined
  readonly sudo?: boolean
  readonly via?: Via | undefined
  readonly 'accept-new'?: boolean
  readonly identity?: readonly string[] | undefined
  readonly 'ssh-config'?: string | undefined
  readonly 'connect-timeout'?: number | undefined
}

/** Whether to reach the cluster over SSH, or through a command. */
export const wantsHost = ({ host, run }: HostOptions): boolean => run !== undefined || (host !== undefined && host.length > 0)

/** What `--host` names, one by one: hosts, and clusters of the configuration. */
export const hostWords = ({ host = [] }: Pick<HostOptions, 'host'>): readonly string[] => host.flatMap((list) => list.split(','))
