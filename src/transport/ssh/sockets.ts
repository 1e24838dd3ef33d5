import type { Duplex } from 'node:stream'
import { CtdbtsError } from '../../lib/errors.ts'
import { endingOf, type RelayWay, relayCommand, relayOn } from '../relay.ts'
import type { RunningCommand } from '../running-command.ts'
import { sudoRefusal } from '../sudo.ts'

/** What became of an attempt to have sshd forward a socket; `never` if it forwards none at all. */
export type Forwarding = { readonly path: string; readonly stream: Duplex } | 'not these' | 'never'

/** What a connection to a host can do. */
export interface SocketChannels {
  /** Name of the host for messages. */
  readonly host: string
  /** Connects to the first of the paths to which sshd connects. */
  forward(paths: readonly string[]): Promise<Forwarding>
  /** Starts a command, as root if the user wants that. */
  start(argv: readonly [string, ...string[]]): Promise<RunningCommand>
}

export interface SocketOptions {
  /** Whether commands run as root, with sudo. */
  readonly sudo: boolean
  /** Called with how a socket was reached. */
  readonly onRoute: (text: string) => void
}

/** Connects to the sockets of one host: by sshd's own forwarding, or through a program there. Remembers when only the second works. */
export class SocketConnector {
  private readonly channels: SocketChannels
  private readonly options: SocketOptions
  private forwards = true

  constructor(channels: SocketChannels, options: SocketOptions) {
    this.channels = channels
    this.options = options
  }

  /** @throws as {@link relayOn}, or what ended the connection. */
  async connect(paths: readonly string[], signal: AbortSignal): Promise<Duplex> {
    for (const path of paths) {
      if (!path.startsWith('/')) {
        throw new CtdbtsError('USAGE', `${JSON.stringify(path)} is not an absolute path`, {
          hint: 'begin the path of the socket with /',
        })
      }
    }
    return (await this.forwarded(paths)) ?? (await this.relayed(paths, signal))
  }

  private async forwarded(paths: readonly string[]): Promise<Duplex | undefined> {
    if (!this.forwards) return undefined
    const forwarding = await this.channels.forward(paths)
    if (forwarding === 'never') this.forwards = false
    if (typeof forwarding === 'string') return undefined
    this.options.onRoute(`${forwarding.path} by stream-local forwarding`)
    return forwarding.stream
  }

  private async relayed(paths: readonly string[], signal: AbortSignal): Promise<Duplex> {
    const { sudo, onRoute } = this.options
    const command = await this.channels.start(relayCommand(paths))
    const { stream, tool, path } = await relayOn(command, paths, relayWay(this.channels.host, paths), signal)
    // The program reached a socket that forwarding did not, so forwarding will not work the next time either.
    this.forwards = false
    onRoute(`${path} through ${tool}${sudo ? ', as root with sudo' : ''}`)
    return stream
  }
}

const relayWay = (host: string, paths: readonly string[]): RelayWay => ({
  machine: host,
  noTool: () =>
    new CtdbtsError(
      'NO_RELAY',
      `${host} does not forward sockets, and has none of socat, nc (OpenBSD) and python3 to relay one`,
      { hint: 'set AllowStreamLocalForwarding yes in its sshd_config, or install socat there' },
    ),
  noReport: (stderr, exitStatus) =>
    sudoRefusal(exitStatus, stderr, host) ??
    new CtdbtsError(
      'NO_RELAY',
      `${host} does not forward the sockets ${paths.join(', ')}, and the command to relay one failed: ${endingOf(stderr, exitStatus)}`,
      { hint: 'check that ctdbd runs there, and that its sshd_config allows AllowStreamLocalForwarding or commands' },
    ),
})
