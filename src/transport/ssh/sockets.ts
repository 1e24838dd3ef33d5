import { CtdbtsError } from '../../lib/errors.ts'
import type { ChannelStream } from './channel-stream.ts'
import { relayLine, relayOn } from './relay.ts'
import type { Session } from './session.ts'

/** What sockets are reached through. */
export interface Channels {
  /** For messages. */
  readonly place: string
  /** @returns the reason (RFC 4254, 5.1) when the server refuses. */
  forwardUnix(path: string): Promise<ChannelStream | { readonly refused: number }>
  run(line: string): Promise<Session>
}

export interface SocketOptions {
  /** Whether sockets are for root, who we are not. */
  readonly sudo: boolean
  /** Told which way was taken. */
  readonly onWay: (text: string) => void
}

/** SSH_OPEN_ADMINISTRATIVELY_PROHIBITED. OpenSSH gives the reason of a socket that is not there instead. */
const PROHIBITED = 1
/** SSH_OPEN_UNKNOWN_CHANNEL_TYPE: of servers that forward no sockets. */
const UNKNOWN_TYPE = 3

/** Finds the way to the sockets of one host: sshd's own forwarding, or a program there. Remembers when only the second works. */
export class SocketWay {
  private readonly channels: Channels
  private readonly options: SocketOptions
  private forwards = true

  constructor(channels: Channels, options: SocketOptions) {
    this.channels = channels
    this.options = options
  }

  /** @throws as {@link relayOn}, or what ended the connection. */
  async connect(paths: readonly string[], signal: AbortSignal): Promise<ChannelStream> {
    for (const path of paths) {
      if (!path.startsWith('/')) {
        throw new CtdbtsError('USAGE', `${JSON.stringify(path)} is not a path on ${this.channels.place}`, {
          hint: 'begin it with /',
        })
      }
    }
    return (await this.forwarded(paths)) ?? (await this.relayed(paths, signal))
  }

  private async forwarded(paths: readonly string[]): Promise<ChannelStream | undefined> {
    for (const path of paths) {
      if (!this.forwards) return undefined
      const opened = await this.channels.forwardUnix(path)
      if (!('refused' in opened)) {
        this.options.onWay(`${path} by stream-local forwarding`)
        return opened
      }
      if (opened.refused === PROHIBITED || opened.refused === UNKNOWN_TYPE) this.forwards = false
    }
    return undefined
  }

  private async relayed(paths: readonly string[], signal: AbortSignal): Promise<ChannelStream> {
    const { sudo, onWay } = this.options
    const session = await this.channels.run(relayLine(paths, sudo))
    const { stream, tool, path } = await relayOn(session, paths, this.channels.place, signal)
    // What a program can reach and forwarding cannot, forwarding will not reach the next time either.
    this.forwards = false
    onWay(`${path} through ${tool}${sudo ? ', as root by sudo' : ''}`)
    return stream
  }
}
