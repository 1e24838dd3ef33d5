import type { Duplex } from 'node:stream'
import type { Client, ClientChannel } from 'ssh2'
import { CtdbtsError } from '../../lib/errors.ts'
import type { ExecLimits, ExecResult } from '../host-access.ts'
import { outcomeOf } from '../outcome.ts'
import { quoteWords } from '../quote.ts'
import { reasonOf } from '../remote-text.ts'
import type { CommandMachine, RunningCommand } from '../running-command.ts'
import { Slots } from '../slots.ts'
import { SUDO, sudoRefusal } from '../sudo.ts'
import { ChannelStream } from './channel-stream.ts'
import { connectionClosed, noAnswer } from './errors.ts'
import { PausableTimeout } from './pausable-timeout.ts'
import type { ResolvedHost } from './resolve.ts'
import { sessionOf } from './session.ts'
import { SocketConnector } from './sockets.ts'

export interface ConnectionOptions {
  readonly sudo: boolean
  readonly onNotice: (text: string) => void
  /** Called once, when the connection has ended. */
  readonly onClose: () => void
}

/** sshd allows 10 sessions per connection (MaxSessions) by default; relays need some of them. */
const MAX_COMMANDS = 4

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
  /** Called with the error when the connection ends. */
  private readonly inProgress = new Set<(error: CtdbtsError) => void>()
  private readonly ending = new AbortController()
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
        forwardUnix: (path) => this.open((done) => client.openssh_forwardOutStreamLocal(path, done), toStream),
        run: (line) => this.startLine(line),
      },
      { sudo: this.sudo, onRoute: (text) => onNotice(`${name}: ${text}`) },
    )
    client.on('error', (error) => {
      this.lastError ??= error
    })
    client.once('close', () => {
      this.end(connectionClosed(name, this.lastError ? reasonOf(this.lastError) : 'the server closed it', this.lastError))
    })
  }

  async exec(argv: readonly [string, ...string[]], limits: ExecLimits): Promise<ExecResult> {
    const line = this.lineOf(argv)
    const { name } = this.target
    return await this.commands.run(async () => {
      limits.signal?.throwIfAborted()
      const command = await this.startLine(line)
      command.stream.end()
      const result = await this.untilClosed(outcomeOf(command, argv, name, limits))
      const refusal = this.sudo && sudoRefusal(result.exitStatus, result.stderr, name)
      if (refusal) throw refusal
      return result
    })
  }

  async start(argv: readonly [string, ...string[]]): Promise<RunningCommand> {
    const command = await this.startLine(this.lineOf(argv))
    this.watched(command.stream)
    return command
  }

  async connect(socketPaths: readonly string[]): Promise<Duplex> {
    const stream = await this.withinLimit(
      (signal) => this.untilClosed(this.sockets.connect(socketPaths, signal)),
      'connect to the socket',
      (late) => late.destroy(),
    )
    return this.watched(stream)
  }

  /**
   * Opens a stream to a port that this host can reach, so that it serves as a jump host.
   * @throws CtdbtsError SSH_JUMP when the host cannot connect there.
   */
  async forwardTcp(host: string, port: number): Promise<Duplex> {
    const opened = await this.open((done) => this.client.forwardOut('127.0.0.1', 0, host, port, done), toStream)
    if (isRefusal(opened)) {
      throw new CtdbtsError('SSH_JUMP', `${this.target.name} cannot connect to ${host}, port ${port}: ${opened.why}`, {
        hint: `check whether ${host} is up, and whether ${this.target.name} allows forwarding (AllowTcpForwarding)`,
      })
    }
    return this.watched(opened)
  }

  /** Ends the connection, and everything in progress on it. */
  close(): void {
    this.end(connectionClosed(this.target.name, 'ctdbts closed it'))
    this.client.end()
    // A host that is gone does not answer the disconnect.
    this.client.destroy()
  }

  /** Aborts when the connection ends; its reason is a CtdbtsError. */
  get ended(): AbortSignal {
    return this.ending.signal
  }

  private get closed(): CtdbtsError | undefined {
    return this.ended.reason
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
    throw new CtdbtsError('SSH_SESSION', `cannot run a command on ${name}: ${opened.why}`, {
      hint: 'check MaxSessions and ForceCommand in its sshd_config, and the options of the key in authorized_keys',
    })
  }

  /** Opens a channel, and passes it to `make` before any data arrives on it. */
  private open<T>(request: (done: Opened) => void, make: (channel: ClientChannel) => T): Promise<T | Refusal> {
    return this.untilClosed(
      new Promise((resolve, reject) => {
        if (this.closed) return reject(this.closed)
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
  private async withinLimit<T>(
    action: (signal: AbortSignal) => Promise<T>,
    what: string,
    giveUp: (late: T) => unknown,
  ): Promise<T> {
    const { connectTimeoutMs, name } = this.target
    using timeout = new PausableTimeout(connectTimeoutMs)
    const { signal } = timeout
    const promise = action(signal)
    try {
      return await timeout.limit(promise)
    } catch (error) {
      if (!signal.aborted) throw error
      void promise.then(giveUp, () => {})
      throw noAnswer(`${name} did not ${what}`, connectTimeoutMs, 'check whether the host is hung or overloaded')
    }
  }

  private watched(stream: Duplex): Duplex {
    const fail = (error: CtdbtsError) => stream.destroy(error)
    if (this.closed) fail(this.closed)
    this.inProgress.add(fail)
    // The caller may not listen for errors yet.
    stream.on('error', () => {})
    stream.once('close', () => this.inProgress.delete(fail))
    return stream
  }

  private untilClosed<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.inProgress.add(reject)
      promise.then(resolve, reject).finally(() => this.inProgress.delete(reject))
      if (this.closed) reject(this.closed)
    })
  }

  private end(error: CtdbtsError): void {
    if (this.closed) return
    this.ending.abort(error)
    for (const fail of [...this.inProgress]) fail(error)
    this.inProgress.clear()
    this.onClose()
  }
}

const isRefusal = (opened: object): opened is Refusal => 'refused' in opened

const toStream = (channel: ClientChannel): ChannelStream => new ChannelStream(channel)
