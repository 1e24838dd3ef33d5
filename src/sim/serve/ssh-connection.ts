import { setMaxListeners } from 'node:events'
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import ssh2, { type AcceptConnection, type Connection, type ParsedKey, type ServerChannel, type Session } from 'ssh2'
import { type RunCommand, runLine } from './ssh-commands.ts'
import type { Admission } from './ssh-keys.ts'

/** The options that all connections of a server share. */
export interface ConnectionOptions {
  readonly hostKey: ParsedKey
  readonly admit: Admission
  /** Path as a client asks for it → path of the Unix socket. */
  readonly sockets: ReadonlyMap<string, string>
  /** `address:port` as a client asks for it → port on this machine's loopback address. */
  readonly ports: ReadonlyMap<string, number>
  readonly run: RunCommand
  /** The time limit for authentication. */
  readonly authenticationMs: number
}

/** The one command that reads its standard input. */
const ECHO = /^(?:cat|'cat')$/

/** The maximum number of open sessions and forwardings of a connection. */
const MAX_CHANNELS = 64

/** More than twice what a client may send before we have read it: ssh2 gives it a window of 2 MB, and another after half of that. */
const MAX_UNREAD_BYTES = 8 << 20

const LOOPBACK = '127.0.0.1'

/** OpenSSH and ssh2 accept packets of 32 KB. With a size of 0, ssh2 would send empty packets forever. */
const MIN_PACKET_BYTES = 256

/** Serves SSH on a socket until it ends. Never throws, and ends everything that it has started when the socket closes. */
export function serveConnection(socket: Socket, options: ConnectionOptions): void {
  const gone = new AbortController()
  setMaxListeners(0, socket, gone.signal)
  const tooLate = setTimeout(() => socket.destroy(), options.authenticationMs)
  // Added before ssh2's own listener, so that our cleanup runs while the protocol still works.
  socket.once('close', () => {
    clearTimeout(tooLate)
    gone.abort()
  })
  // Each socket has its own server object, because ssh2 does not report which client belongs to which socket.
  const server = new ssh2.Server({ hostKeys: [{ key: options.hostKey }], algorithms: { compress: ['none'] } }, (client) => {
    client.once('ready', () => clearTimeout(tooLate))
    new ServedClient(socket, gone.signal, options).attach(client)
  })
  server.injectSocket(socket)
}

/** One connected client. */
class ServedClient {
  private readonly socket: Socket
  private readonly gone: AbortSignal
  private readonly options: ConnectionOptions
  /** Sessions and forwardings that are open or being opened. */
  private readonly open = new Set<object>()
  /** Channels whose input is read only as fast as its target accepts it. */
  private readonly inputs = new Set<Readable>()

  constructor(socket: Socket, gone: AbortSignal, options: ConnectionOptions) {
    this.socket = socket
    this.gone = gone
    this.options = options
  }

  attach(client: Connection): void {
    // After an error, ssh2 waits for the client to disconnect, which a hostile client does not do.
    client.on('error', () => this.socket.destroy())
    client.on('end', () => this.socket.destroy())
    client.on('authentication', (context) => {
      if (context.method === 'publickey' && this.options.admit(context)) context.accept()
      else context.reject(['publickey'])
    })
    client.on('session', (accept, reject) => (this.isFull() ? reject() : this.openSession(accept())))
    client.on('openssh.streamlocal', (accept, reject, { socketPath }) => {
      const path = this.options.sockets.get(socketPath)
      if (path === undefined || this.isFull()) reject()
      else this.forward({ path }, accept, reject)
    })
    client.on('tcpip', (accept, reject, { destIP, destPort }) => {
      const port = this.options.ports.get(`${destIP}:${destPort}`)
      if (port === undefined || this.isFull()) reject()
      else this.forward({ host: LOOPBACK, port }, accept, reject)
    })
    // ssh2 does not enforce the window on clients.
    this.socket.on('data', () => {
      for (const input of this.inputs) if (input.readableLength > MAX_UNREAD_BYTES) this.socket.destroy()
    })
  }

  private isFull(): boolean {
    return this.open.size >= MAX_CHANNELS
  }

  /** ssh2 refuses requests without a listener by itself: shells, terminals, subsystems, forwarding of X11 and of agents. */
  private openSession(session: Session): void {
    // ssh2 recognizes sessions by this name when the client disconnects, and throws when a minifier has changed it.
    Object.defineProperty(session.constructor, 'name', { value: 'Session' })
    this.open.add(session)
    session.once('close', () => this.open.delete(session))
    // There is no accept function when the client wants no reply.
    session.on('env', (accept: (() => void) | undefined) => accept?.())
    session.on('exec', (accept, _reject, { command }) => {
      // accept returns nothing for a second command in the same session.
      const channel: ServerChannel | undefined = accept()
      if (channel && this.isUsable(channel)) void (ECHO.test(command) ? this.echo(channel) : this.execute(channel, command))
    })
  }

  /** Sends back what arrives. As from sshd, that comes later than the answers to requests to connect to a socket that were sent before. */
  private async echo(channel: ServerChannel): Promise<void> {
    this.inputs.add(channel)
    const whenAnswered = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        // The system reports after a turn of the event loop that nobody listens on a socket.
        await nextTurn()
        await nextTurn()
        yield chunk
      }
    }
    // The exit status has to come before the end.
    await pipeline(channel, whenAnswered, this.outputOf(channel), { end: false }).catch(ignore)
    this.inputs.delete(channel)
    if (this.gone.aborted) return
    channel.exit(0)
    channel.end()
  }

  private async execute(channel: ServerChannel, line: string): Promise<void> {
    channel.stderr.on('error', ignore)
    channel.resume()
    const { stdout, stderr, status } = await runLine(line, this.options.run)
    // One after the other, because ssh2 mixes them up when both wait for a client that reads slowly.
    await written(channel.stderr, stderr)
    await written(channel, stdout)
    if (this.gone.aborted) return
    channel.exit(status)
    channel.end()
  }

  private forward(to: NetConnectOpts, accept: AcceptConnection<ServerChannel>, reject: () => void): void {
    const target = connect({ ...to, allowHalfOpen: true, signal: this.gone })
    this.open.add(target)
    target.on('error', () => {
      this.open.delete(target)
      // This has no effect after the channel was accepted.
      if (!this.gone.aborted) reject()
    })
    target.once('connect', () => {
      if (this.gone.aborted) return
      const channel = accept()
      if (this.isUsable(channel)) void this.join(channel, target)
    })
  }

  /** Forwards data and ends in both directions until both sides have ended. */
  private async join(channel: ServerChannel, target: Socket): Promise<void> {
    this.inputs.add(channel)
    const output = this.outputOf(channel)
    const closed = new Promise<void>((resolve) => channel.once('close', resolve))
    const inward = pipeline(channel, target).catch(ignore)
    const outward = pipeline(target, output).catch(ignore)
    // A client that closes the channel reads no more, but data that it has sent may still be on their way.
    void Promise.all([closed, inward]).then(() => {
      target.destroy()
      output.destroy()
    })
    await Promise.all([inward, outward])
    target.destroy()
    channel.destroy()
    this.inputs.delete(channel)
    this.open.delete(target)
  }

  /**
   * The output of a channel. Unlike ssh2's own `end`, its end leaves the other half of the channel open; and unlike ssh2, it waits until
   * the client reads.
   */
  private outputOf(channel: ServerChannel): Writable {
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        channel.write(chunk, (error) => {
          if (!error && this.socket.writableNeedDrain) this.socket.once('drain', () => done())
          else done(error)
        })
      },
      final: (done) => {
        channel.eof()
        done()
      },
    })
  }

  private isUsable(channel: ServerChannel): boolean {
    channel.on('error', ignore)
    if ((channel.outgoing as { packetSize: number }).packetSize >= MIN_PACKET_BYTES) return true
    this.socket.destroy()
    return false
  }
}

/** Resolves when a text has been sent; never when the client closes the channel first. */
const written = (stream: Writable, text: string): Promise<void> =>
  new Promise((resolve) => (text === '' ? resolve() : stream.write(text, () => resolve())))

/** The other end may disconnect at any time. The cleanup then happens when the socket closes. */
function ignore(): void {}
