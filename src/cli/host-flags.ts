import * as Flags from '@oclif/core/flags'
import { CtdbtsError } from '../lib/errors.ts'

const seconds = Flags.custom<number>({
  helpValue: 'SECONDS',
  parse: async (text, _context, { name }) => {
    if (/^\d{1,5}(\.\d{1,3})?$/.test(text) && Number(text) > 0) return Number(text)
    throw new CtdbtsError('USAGE', `--${name} takes a number of seconds, not ${JSON.stringify(text)}`)
  },
})

/** For every command that asks a cluster: which one, and how to get there. */
export const hostFlags = {
  host: Flags.string({
    char: 'H',
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'SSH',
    helpValue: '[USER@]HOST[:PORT]',
    summary: 'ask the daemon of this node over SSH; several (or a list A,B) are tried in turn; a cluster of the configuration',
  }),
  sudo: Flags.boolean({ helpGroup: 'SSH', summary: 'become root there with `sudo -n`, where the login is not' }),
  via: Flags.option({
    options: ['entry', 'direct'] as const,
    helpGroup: 'SSH',
    helpValue: 'entry|direct',
    summary: 'how to get to the nodes that --host does not name: through it, or straight from here [default: entry]',
  })(),
  'accept-new': Flags.boolean({ helpGroup: 'SSH', summary: 'take the keys of hosts never seen before, and remember them' }),
  identity: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    helpGroup: 'SSH',
    helpValue: 'FILE',
    summary: "a private key to log in with, before those of OpenSSH's configuration",
  }),
  'ssh-config': Flags.string({
    helpGroup: 'SSH',
    helpValue: 'FILE',
    summary: "OpenSSH's configuration [default: ~/.ssh/config and /etc/ssh/ssh_config]",
  }),
  'connect-timeout': seconds({
    helpGroup: 'SSH',
    summary: 'give up connecting to a host after so long [default: ConnectTimeout, or 10]',
  }),
}

/** The values of these options. */
export interface HostOptions {
  readonly host?: readonly string[] | undefined
  readonly sudo?: boolean
  readonly via?: 'entry' | 'direct' | undefined
  readonly 'accept-new'?: boolean
  readonly identity?: readonly string[] | undefined
  readonly 'ssh-config'?: string | undefined
  readonly 'connect-timeout'?: number | undefined
}

/** Whether a cluster shall be reached over SSH. */
export const wantsHost = ({ host }: HostOptions): boolean => host !== undefined && host.length > 0
