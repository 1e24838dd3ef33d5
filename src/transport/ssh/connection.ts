import type { Duplex } from 'node:stream'
import type { Client, ClientChannel } from 'ssh2'
import type { CtdbtsError } from '../../lib/errors.ts'
import { ConnectionEnd } from '../connection-end.ts'
import type { ExecLimits, ExecResult } from '../host-access.ts'
import { outcomeOf } from '../outcome.ts'
import { quoteWords } from '../quote.ts'
import { reasonOf } from '../remote-text.ts'
import type { CommandMachine, RunningCommand } from '../running-command.ts'
import { Slots } from '../slots.ts'
import { SUDO, sudoRefusal } from '../sudo.ts'
import { withinLimit } from '../within-limit.ts'
import { ChannelStream } from './channel-stream.ts'
import { connectionClosed, jumpRefused, noAnswer, sessionRefused } from './errors.ts'
import { MAX_COMMANDS } from './limits.ts'
import type { ResolvedHost } from './resolve.ts'
import { sessionOf } from './session.ts'
import { type Forwarding, SocketConnector } from './sockets.ts'

export interface ConnectionOptions {
  readonly sudo: boolean
  readonly onNotice: (text: string) => void
  /** Called once, when the connection has ended. */
  readonly onClose: () => void
}

/** SSH_OPEN_ADMINISTRATIVELY_PROHIBITED. OpenSSH reports a missing socket with another reason. */
const PROHIBITED = 1
/** SSH_OPEN_UNKNOWN_CHANNEL_TYPE: the server cannot forward sockets. */
const UNKNOWN_TYPE = 3

type Opened = (error: (Error & { reason?: unknown }) | undefined, channel: ClientChannel) => void

/** A server's refusal to open a channel. `refused` is the reason code of RFC 4254, 5.1, or 0. */
type Refusal = { readonly refused: number; readonly why: string }

/** A connection to a host, logged in. When it ends, everything in progress on it fails at once. */
export class SshConnection implements CommandMachine {
  readonly name: string
  readonly target: ResolvedHost
  private readonly client: Client
  private readonly onClose: () => void
  private readonly sudo: boolean
  private readonly commands = new Slots(MAX_COMMANDS)
  private readonly sockets: SocketConnector
  private readonly end = new ConnectionEnd()
  private lastError: Error | undefined

  constructor(client: Client, target: ResolvedHost, { sudo, onNotice, onClose }: ConnectionOptions) {
    const { user, host, port, name } = target
    this.name = `ssh ${user}@${host.includes(':') ? `[${host}]` : host}:${port}`
    this.target = target
    this.onClose = onClose
    this.client = client
    // Root needs no sudo, which may not be installed.
    this.sudo = sudo && user !== 'root'
    this.sockets = new SocketConnector(
      {
        host: name,
        forward: (paths) => this.forwardUnix(paths),
        start: (argv) => this.startLine(this.lineOf(argv)),
      },
      { sudo: this.sudo, onRoute: (text) => onNotice(`${name}: ${text}`) },
    )
    client.on('error', (error) => {
      this.lastError ??= error
    })
    client.once('close', () => {
      this.endWith(connectionClosed(name, this.lastError ? reasonOf(this.lastError) : 'the server closed it', this.lastError))
    })
  }

  async exec(argv: readonly [string, ...string[]], limits: ExecLimits): Promise<ExecResult> {
    const line = this.lineOf(argv)
    const { name } = this.target
    return await this.commands.run(async () => {
      limits.signal?.throwIfAborted()
      const command = await this.startLine(line)
      command.stream.end()
      const result = await this.end.before(outcomeOf(command, argv, name, limits))
      const refusal = this.sudo && sudoRefusal(result.exitStatus, result.stderr, name)
      if (refusal) throw refusal
      return result
    })
  }

  async start(argv: readonly [string, ...string[]]): Promise<RunningCommand> {
    const command = await this.startLine(this.lineOf(argv))
    this.end.watched(command.stream)
    return command
  }

  async connect(socketPaths: readonly string[]): Promise<Duplex> {
    const stream = await this.withinLimit(
      (signal) => this.end.before(this.sockets.connect(socketPaths, signal)),
      'connect to the socket',
      (late) => late.destroy(),
    )
    return this.end.watched(stream)
  }

  /**
   * Opens a stream to a port that this host can reach, so that it serves as a jump host.
   * @throws CtdbtsError SSH_JUMP when the host cannot connect there.
   */
  async forwardTcp(host: string, port: number): Promise<Duplex> {
    const opened = await this.open((done) => this.client.forwardOut('127.0.0.1', 0, host, port, done), toStream)
    if (isRefusal(opened)) throw jumpRefused(this.target.name, host, port, opened.why)
    return this.end.watched(opened)
  }

  /** Ends the connection, and everything in progress on it. */
  close(): void {
    this.endWith(connectionClosed(this.target.name, 'ctdbts closed it'))
    this.client.end()
    // A host that is gone does not answer the disconnect.
    this.client.destroy()
  }

  get ended(): AbortSignal {
    return this.end.signal
  }

  private async forwardUnix(paths: readonly string[]): Promise<Forwarding> {
    for (const path of paths) {
      const opened = await this.open((done) => this.client.openssh_forwardOutStreamLocal(path, done), toStream)
      if (!isRefusal(opened)) return { path, stream: opened }
      if (opened.refused === PROHIBITED || opened.refused === UNKNOWN_TYPE) return 'never'
    }
    return 'not these'
  }

  private lineOf(argv: readonly string[]): string {
    return quoteWords(this.sudo ? [...SUDO, ...argv] : argv)
  }

  private async startLine(line: string): Promise<RunningCommand> {
    const { name } = this.target
    const opened = await this.withinLimit(
      () => this.open((done) => this.client.exec(line, done), sessionOf),
      'start the command',
      (late) => !isRefusal(late) && late.kill(),
    )
    if (!isRefusal(opened)) return opened
    throw sessionRefused(name, opened.why)
  }

  /** Opens a channel, and passes it to `make` before any data arrives on it. */
  private open<T>(request: (done: Opened) => void, make: (channel: ClientChannel) => T): Promise<T | Refusal> {
    return this.end.before(
      new Promise((resolve, reject) => {
        if (this.end.reason) return reject(this.end.reason)
        try {
          request((error, channel) => {
            if (!error) return resolve(make(channel))
            resolve({ refused: typeof error.reason === 'number' ? error.reason : 0, why: reasonOf(error) })
          })
        } catch (error) {
          // ssh2 throws when the server has already ended its half.
          reject(connectionClosed(this.target.name, reasonOf(error), error))
        }
      }),
    )
  }

  /** @throws CtdbtsError SSH_TIMEOUT; a result that arrives later goes to `giveUp`. */
  private withinLimit<T>(action: (signal: AbortSignal) => Promise<T>, what: string, giveUp: (late: T) => unknown): Promise<T> {
    const { connectTimeoutMs, name } = this.target
    const tooLate = () => noAnswer(`${name} did not ${what}`, connectTimeoutMs, 'check whether the host is hung or overloaded')
    return withinLimit(connectTimeoutMs, action, { giveUp, tooLate })
  }

  private endWith(error: CtdbtsError): void {
    if (this.end.end(error)) this.onClose()
  }
}

const isRefusal = (opened: object): opened is Refusal => 'refused' in opened

const toStream = (channel: ClientChannel): ChannelStream => new ChannelStream(channel)
