import { connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { CtdbtsError } from '../../lib/errors.ts'
import { ConnectionEnd } from '../connection-end.ts'
import { execGuarded } from '../guarded-exec.ts'
import type { ExecLimits, ExecResult } from '../host-access.ts'
import { startLocally } from '../local/start.ts'
import { quoteWords } from '../quote.ts'
import { endingOf } from '../relay.ts'
import type { CommandMachine, RunningCommand } from '../running-command.ts'
import { Slots } from '../slots.ts'
import { connectionClosed, type Endpoint, noAnswer, sessionRefused } from '../ssh/errors.ts'
import { MAX_COMMANDS } from '../ssh/limits.ts'
import { type Forwarding, SocketConnector } from '../ssh/sockets.ts'
import { SUDO, sudoRefusal } from '../sudo.ts'
import { withinLimit } from '../within-limit.ts'
import { askMaster } from './control-socket.ts'
import { Echo } from './echo.ts'
import { LateEnd } from './late-end.ts'
import { lineWords } from './shared-words.ts'

type Words = readonly [string, ...string[]]

/** The host at the other end of a connection. */
export interface OpensshTarget extends Endpoint {
  readonly user: string
}

export interface OpensshConnectionOptions {
  readonly target: OpensshTarget
  /** The socket by which other programs use the connection. */
  readonly controlPath: string
  /** Where the local ends of forwarded sockets are: this, with something appended. Undefined for a connection that is not ours to change. */
  readonly socketPrefix: string | undefined
  readonly sudo: boolean
  /** How long it may take to start a command, or to reach a socket. */
  readonly connectTimeoutMs: number
  readonly onNotice: (text: string) => void
}

/** What ssh returns for a failure of its own. */
const SSH_FAILED = 255
/** How long the end of a process may take to be noticed, in milliseconds. */
const ENDING_MS = 2000

/** A connection that a process of OpenSSH keeps (ControlMaster); each command is another ssh that uses it. */
export class OpensshConnection implements CommandMachine {
  readonly name: string
  readonly target: OpensshTarget
  readonly controlPath: string
  private readonly options: OpensshConnectionOptions
  private readonly sudo: boolean
  private readonly end = new ConnectionEnd()
  private readonly commands = new Slots(MAX_COMMANDS)
  private readonly sockets: SocketConnector
  /** Remote path → path of the local socket that ssh forwards there; undefined if it does not. */
  private readonly forwarded = new Map<string, Promise<string | undefined>>()
  private forwardings = 0
  private echoing: Promise<Echo> | undefined

  constructor(options: OpensshConnectionOptions) {
    const { target, controlPath, sudo, onNotice } = options
    const { user, host, port, name } = target
    this.name = `ssh ${user}@${host.includes(':') ? `[${host}]` : host}:${port}`
    this.target = target
    this.controlPath = controlPath
    this.options = options
    // Root needs no sudo, which may not be installed.
    this.sudo = sudo && user !== 'root'
    this.sockets = new SocketConnector(
      { host: name, forward: (paths) => this.forward(paths), start: (argv) => this.startRelay(argv) },
      { sudo: this.sudo, onRoute: (text) => onNotice(`${name}: ${text}`) },
    )
  }

  get ended(): AbortSignal {
    return this.end.signal
  }

  async exec(argv: Words, limits: ExecLimits): Promise<ExecResult> {
    const { name } = this.target
    const failed = (stderr: string, exitStatus: number | null) =>
      (this.sudo && sudoRefusal(exitStatus, stderr, name)) || sessionRefused(name, endingOf(stderr, exitStatus))
    return await this.commands.run(() =>
      this.end.before(
        execGuarded(
          {
            machine: name,
            start: (words) => this.start(words),
            failed,
            noInput: () => sessionRefused(name, 'it passes on no standard input'),
          },
          argv,
          limits,
        ).then(
          async (result) => {
            if (result.exitStatus === SSH_FAILED) await this.stillOpen()
            return result
          },
          async (error) => {
            await this.stillOpen()
            throw error
          },
        ),
      ),
    )
  }

  async start(argv: Words): Promise<RunningCommand> {
    const line = quoteWords(this.sudo ? [...SUDO, ...argv] : argv)
    if (this.end.reason) throw this.end.reason
    const command = await startLocally(lineWords(this.controlPath, line))
    this.end.watched(command.stream)
    return command
  }

  async connect(socketPaths: readonly string[]): Promise<Duplex> {
    const { connectTimeoutMs, target } = this.options
    const stream = await withinLimit(connectTimeoutMs, (signal) => this.end.before(this.sockets.connect(socketPaths, signal)), {
      giveUp: (late) => late.destroy(),
      tooLate: () =>
        noAnswer(
          `${target.name} did not connect to the socket`,
          connectTimeoutMs,
          'check whether the host is hung or overloaded',
        ),
    })
    return this.end.watched(new LateEnd(stream, () => this.stillOpen()))
  }

  /** Ends what is in progress. Called when the connection has ended, or is to end. */
  endWith(error: CtdbtsError): void {
    this.end.end(error)
  }

  close(): void {
    this.endWith(connectionClosed(this.target.name, 'ctdbts closed it'))
  }

  /** A relay is done with when its stream is closed. */
  private async startRelay(argv: Words): Promise<RunningCommand> {
    const command = await this.start(argv)
    command.stream.once('close', () => command.kill())
    return command
  }

  /**
   * Has sshd connect to the sockets. OpenSSH accepts our connection before it knows whether sshd does, and closes it if not. What was sent
   * after it and comes back later than that shows which it is.
   */
  private async forward(paths: readonly string[]): Promise<Forwarding> {
    // The socket is root's.
    if (this.options.socketPrefix === undefined || this.sudo) return 'never'
    const [first, ...rest] = paths
    for (const group of [first === undefined ? [] : [first], rest]) {
      const locals = await this.listenFor(group)
      if (!locals) return 'never'
      const found = await this.firstOpen(group, locals)
      if (found) return found
    }
    return 'not these'
  }

  private async firstOpen(paths: readonly string[], locals: readonly string[]): Promise<Forwarding | undefined> {
    if (paths.length === 0) return undefined
    const candidates = await Promise.all(locals.map((local) => openCandidate(local)))
    await this.roundTrip()
    const at = candidates.findIndex(({ isOpen }) => isOpen)
    const [path, found] = [paths[at], candidates[at]]
    for (const candidate of candidates) if (candidate !== found) candidate.socket.destroy()
    return path === undefined || !found ? undefined : { path, stream: found.release() }
  }

  /** Has ssh listen on a local socket for each of the paths. @returns those sockets; undefined if it does not. */
  private async listenFor(paths: readonly string[]): Promise<string[] | undefined> {
    const { socketPrefix, connectTimeoutMs } = this.options
    const requests = paths
      .filter((path) => !this.forwarded.has(path))
      .map((remote) => ({ kind: 'forward', remote, local: `${socketPrefix}.${++this.forwardings}` }) as const)
    const answers = askMaster(this.controlPath, requests, connectTimeoutMs)
    requests.forEach(({ remote, local }, index) => {
      this.forwarded.set(
        remote,
        answers.then((granted) => (granted[index] ? local : undefined)),
      )
    })
    const locals = (await Promise.all(paths.map((path) => this.forwarded.get(path)))).filter((local) => local !== undefined)
    return locals.length === paths.length ? locals : undefined
  }

  private async roundTrip(): Promise<void> {
    // Otherwise the command's line could be sent before the connections are accepted.
    await askMaster(this.controlPath, [{ kind: 'alive' }], this.options.connectTimeoutMs)
    await (await this.echo()).roundTrip()
    // What arrived before is read in the same turn of the event loop, or in the next one.
    await nextTurn()
    await nextTurn()
  }

  /** The command that sends back what it gets; another one if that has ended. */
  private echo(): Promise<Echo> {
    const over = () => {
      this.echoing = undefined
    }
    this.echoing ??= startLocally(lineWords(this.controlPath, quoteWords(['cat']))).then(
      (command) => new Echo({ ...command, stream: this.end.watched(command.stream) }, over),
    )
    return this.echoing
  }

  /** Waits for the end of the connection if that is why a command failed. @throws why it has ended. */
  private async stillOpen(): Promise<void> {
    if (await accepts(this.controlPath)) return
    await this.end.before(sleep(ENDING_MS, undefined, { ref: false }))
  }
}

/** A connection to a local socket that ssh forwards, of which is not known yet whether it leads anywhere. */
interface Candidate {
  readonly socket: Socket
  readonly isOpen: boolean
  /** Hands the socket over. */
  release(): Socket
}

function openCandidate(local: string): Promise<Candidate> {
  return new Promise((resolve) => {
    let isOpen = true
    const close = () => {
      isOpen = false
    }
    // Only who reads is told of the end.
    const look = () => socket.readableLength === 0 && socket.read()
    const socket = connect({ path: local, allowHalfOpen: true })
    const done = () =>
      resolve({
        socket,
        get isOpen() {
          return isOpen
        },
        release: () => {
          for (const event of ['end', 'close', 'error']) socket.off(event, close)
          socket.off('readable', look)
          return socket
        },
      })
    socket.on('error', () => {})
    for (const event of ['end', 'close', 'error']) socket.on(event, close)
    socket.on('readable', look)
    socket.once('connect', done)
    socket.once('error', done)
  })
}

/** Whether something listens on a Unix socket. */
function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path })
    socket.once('error', () => resolve(false))
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
}
