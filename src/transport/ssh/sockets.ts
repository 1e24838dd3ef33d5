import type { Duplex } from 'node:stream'
import { CtdbtsError } from '../../lib/errors.ts'
import { quoteWords } from '../quote.ts'
import { endingOf, type RelayWay, relayCommand, relayOn } from '../relay.ts'
import type { RunningCommand } from '../running-command.ts'
import { SUDO, sudoRefusal } from '../sudo.ts'

/** Opens channels on a connection. */
export interface Channels {
  /** Name of the host for messages. */
  readonly host: string
  /** @returns the reason (RFC 4254, 5.1) when the server refuses. */
  forwardUnix(path: string): Promise<Duplex | { readonly refused: number }>
  run(line: string): Promise<RunningCommand>
}

export interface SocketOptions {
  /** Whether to connect as root, with sudo. */
  readonly sudo: boolean
  /** Called with how a socket was reached. */
  readonly onRoute: (text: string) => void
}

/** SSH_OPEN_ADMINISTRATIVELY_PROHIBITED. OpenSSH reports a missing socket with another reason. */
const PROHIBITED = 1
/** SSH_OPEN_UNKNOWN_CHANNEL_TYPE: the server cannot forward sockets. */
const UNKNOWN_TYPE = 3

/** Connects to the sockets of one host: by sshd's own forwarding, or through a program there. Remembers when only the second works. */
export class SocketConnector {
  private readonly channels: Channels
  private readonly options: SocketOptions
  private forwards = true

  constructor(channels: Channels, options: SocketOptions) {
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
    for (const path of paths) {
      if (!this.forwards) return undefined
      const opened = await this.channels.forwardUnix(path)
      if (!('refused' in opened)) {
        this.options.onRoute(`${path} by stream-local forwarding`)
        return opened
      }
      if (opened.refused === PROHIBITED || opened.refused === UNKNOWN_TYPE) this.forwards = false
    }
    return undefined
  }

  private async relayed(paths: readonly string[], signal: AbortSignal): Promise<Duplex> {
    const { sudo, onRoute } = this.options
    const words = relayCommand(paths)
    const command = await this.channels.run(quoteWords(sudo ? [...SUDO, ...words] : words))
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
