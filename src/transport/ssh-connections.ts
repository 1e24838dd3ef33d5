import type { CommandMachine } from './running-command.ts'
import type { SshTarget } from './ssh/target.ts'

/** Who speaks SSH: OpenSSH's program `ssh`; this process with the package ssh2; or for each host, the second if it can do what is configured. */
export const SSH_CLIENTS = ['openssh', 'ssh2', 'auto'] as const
export type SshClient = (typeof SSH_CLIENTS)[number]

/** A host that SSH has reached. */
export interface SshMachine extends CommandMachine {
  readonly target: { readonly name: string; readonly user: string; readonly port: number }
}

/** Connections over SSH, one for each host and user. */
export interface SshConnections {
  /** @param through a connection of these to the host on the way, instead of what the configuration says. */
  connect(target: SshTarget, through?: SshMachine): Promise<SshMachine>
  /** How many have been opened so far. */
  readonly opened: number
  /** Closes all of them. */
  close(): void
}

/** Asks the user; undefined when there is no answer. Only with `echo` is the answer shown while it is typed. */
export type AskUser = (question: string, how: { readonly echo: boolean }) => Promise<string | undefined>

/** How connections are made, whoever speaks SSH. */
export interface SshConnectionOptions {
  readonly env: NodeJS.ProcessEnv
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
