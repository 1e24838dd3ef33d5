import type { Duplex } from 'node:stream'
import type { Client, ClientChannel } from 'ssh2'
import { CtdbtsError } from '../../lib/errors.ts'
import type { ExecLimits, ExecResult, HostAccess } from '../host-access.ts'
import { ChannelStream } from './channel-stream.ts'
import { connectionClosed, noAnswer, reasonOf } from './errors.ts'
import { Patience } from './patience.ts'
import { quoteWords } from './quote.ts'
import type { ResolvedHost } from './resolve.ts'
import { outcomeOf } from './run-command.ts'
import { abandon, type Session, sessionOf } from './session.ts'
import { Slots } from './slots.ts'
import { SocketWay } from './sockets.ts'
import { SUDO, sudoRefusal } from './sudo.ts'

export interface ConnectionOptions {
  readonly sudo: boolean
  readonly onNotice: (text: string) => void
  /** Called once, when the connection is of no more use. */
  readonly onClose: () => void
}

/** sshd allows 10 sessions on a connection (MaxSessions) unless told otherwise; relays need some of them. */
const MAX_COMMANDS = 4

type Opened = (error: (Error & { reason?: unknown }) | undefined, channel: ClientChannel) => void

/** That a server does not open a channel; the reason is a number of RFC 4254, 5.1, or 0. */
type Refusal = { readonly refused: number; readonly why: string }

/** A host that has let us in. When the connection ends, all that is under way on it fails at once. */
export class SshConnection implements HostAccess {
  readonly name: string
  readonly target: ResolvedHost
  private readonly client: Client
  private readonly onClose: () => void
  private readonly sudo: boolean
  private readonly commands = new Slots(MAX_COMMANDS)
  private readonly sockets: SocketWay
  /** What is to be told when the connection ends. */
  private readonly underWay = new Set<(error: CtdbtsError) => void>()
  private readonly ending = new AbortController()
  private lastError: Error | undefined

  constructor(client: Client, target: ResolvedHost, { sudo, onNotice, onClose }: ConnectionOptions) {
    const { user, host, port, name } = target
    this.name = `ssh ${user}@${host.includes(':') ? `[${host}]` : host}:${port}`
    this.target = target
    this.onClose = onClose
    this.client = client
    // Root needs no sudo, which may not even be there.
    this.sudo = sudo && user !== 'root'
    this.sockets = new SocketWay(
      {
        place: name,
        forwardUnix: (path) => this.open((done) => client.openssh_forwardOutStreamLocal(path, done), toStream),
        run: (line) => this.start(line),
      },
      { sudo: this.sudo, onWay: (text) => onNotice(`${name}: ${text}`) },
    )
    client.on('error', (error) => {
      this.lastError ??= error
    })
    client.once('close', () => {
      this.end(connectionClosed(name, this.lastError ? reasonOf(this.lastError) : 'the other side has ended it', this.lastError))
    })
  }

  async exec(argv: readonly [string, ...string[]], limits: ExecLimits): Promise<ExecResult> {
    const line = quoteWords(this.sudo ? [...SUDO, ...argv] : argv)
    const { name } = this.target
    return await this.commands.run(async () => {
      limits.signal?.throwIfAborted()
      const session = await this.start(line)
      const result = await this.untilClosed(outcomeOf(session, argv, name, limits))
      const refusal = this.sudo && sudoRefusal(result.exitStatus, result.stderr, name)
      if (refusal) throw refusal
      return result
    })
  }

  async connect(socketPaths: readonly string[]): Promise<Duplex> {
    const stream = await this.withinLimit(
      (signal) => this.untilClosed(this.sockets.connect(socketPaths, signal)),
      'the CTDB socket could not be reached',
      (late) => late.destroy(),
    )
    return this.watched(stream)
  }

  /**
   * A stream to a port that this host can reach: how one host is the way to another.
   * @throws CtdbtsError SSH_JUMP when it does not connect there.
   */
  async forwardTcp(host: string, port: number): Promise<Duplex> {
    const opened = await this.open((done) => this.client.forwardOut('127.0.0.1', 0, host, port, done), toStream)
    if (isRefusal(opened)) {
      throw new CtdbtsError('SSH_JUMP', `${this.target.name} does not connect to ${host}, port ${port}: ${opened.why}`, {
        hint: 'see whether that host is up, and whether the one in between allows it (AllowTcpForwarding)',
      })
    }
    return this.watched(opened)
  }

  /** Ends the connection, and all that is under way on it. */
  close(): void {
    this.end(connectionClosed(this.target.name, 'we have closed it'))
    this.client.end()
    // A host that is gone does not say goodbye.
    this.client.destroy()
  }

  /** The reason is that of the connection's end. */
  get ended(): AbortSignal {
    return this.ending.signal
  }

  private get closed(): CtdbtsError | undefined {
    return this.ended.reason
  }

  private async start(line: string): Promise<Session> {
    const { name } = this.target
    const opened = await this.withinLimit(
      () => this.open((done) => this.client.exec(line, done), sessionOf),
      'no command could be started',
      (late) => !isRefusal(late) && abandon(late.channel),
    )
    if (!isRefusal(opened)) return opened
    throw new CtdbtsError('SSH_SESSION', `${name} runs no command: ${opened.why}`, {
      hint: 'see its sshd_config: MaxSessions, ForceCommand, and the options of the key in authorized_keys',
    })
  }

  /** Opens a channel, and makes of it what is wanted before anything comes in on it. */
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
          // ssh2 throws when the other side has ended its half already.
          reject(connectionClosed(this.target.name, reasonOf(error), error))
        }
      }),
    )
  }

  /** @throws CtdbtsError SSH_TIMEOUT; what comes later is given up. */
  private async withinLimit<T>(
    action: (signal: AbortSignal) => Promise<T>,
    what: string,
    giveUp: (late: T) => unknown,
  ): Promise<T> {
    const { connectTimeoutMs, name } = this.target
    using patience = new Patience(connectTimeoutMs)
    const { signal } = patience
    const promise = action(signal)
    try {
      return await patience.limit(promise)
    } catch (error) {
      if (!signal.aborted) throw error
      void promise.then(giveUp, () => {})
      throw noAnswer(`${name} does not answer: ${what}`, connectTimeoutMs, 'the host may be hung or overloaded')
    }
  }

  private watched(stream: ChannelStream): ChannelStream {
    const fail = (error: CtdbtsError) => stream.destroy(error)
    if (this.closed) fail(this.closed)
    this.underWay.add(fail)
    // Whoever has the stream may not listen yet.
    stream.on('error', () => {})
    stream.once('close', () => this.underWay.delete(fail))
    return stream
  }

  private untilClosed<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.underWay.add(reject)
      promise.then(resolve, reject).finally(() => this.underWay.delete(reject))
      if (this.closed) reject(this.closed)
    })
  }

  private end(error: CtdbtsError): void {
    if (this.closed) return
    this.ending.abort(error)
    for (const fail of [...this.underWay]) fail(error)
    this.underWay.clear()
    this.onClose()
  }
}

const isRefusal = (opened: object): opened is Refusal => 'refused' in opened

const toStream = (channel: ClientChannel): ChannelStream => new ChannelStream(channel)
