import { setMaxListeners } from 'node:events'
import { connect, type NetConnectOpts, type Socket } from 'node:net'
import { type Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import ssh2, { type AcceptConnection, type Connection, type ParsedKey, type ServerChannel, type Session } from 'ssh2'
import { type RunCommand, runLine } from './ssh-commands.ts'
import type { Admission } from './ssh-keys.ts'

/** What every connection of a server has in common. */
export interface ConnectionOptions {
  readonly hostKey: ParsedKey
  readonly admit: Admission
  /** Path as a client asks for it → path of the Unix socket. */
  readonly sockets: ReadonlyMap<string, string>
  /** `address:port` as a client asks for it → port on this machine's loopback address. */
  readonly ports: ReadonlyMap<string, number>
  readonly run: RunCommand
  /** How long a client may take until it is let in. */
  readonly authenticationMs: number
}

/** Sessions and forwardings that one connection may have open. */
const MAX_CHANNELS = 64

/** Twice what a client may have sent before we have read it: ssh2 gives it a window of 2 MB, and another when half of that is in. */
const MAX_UNREAD_BYTES = 8 << 20

const LOOPBACK = '127.0.0.1'

/** OpenSSH and ssh2 take packets of 32 KB. With a size of 0, ssh2 would send empty packets for ever. */
const MIN_PACKET_BYTES = 256

/** Speaks SSH on a socket until it ends, one way or another. Never throws, and ends all that it has begun when the socket closes. */
export function serveConnection(socket: Socket, options: ConnectionOptions): void {
  const gone = new AbortController()
  setMaxListeners(0, socket, gone.signal)
  const tooLate = setTimeout(() => socket.destroy(), options.authenticationMs)
  // Comes before ssh2's own listener, so that what we end finds the protocol still in order.
  socket.once('close', () => {
    clearTimeout(tooLate)
    gone.abort()
  })
  // Each socket has a server object of its own, because ssh2 does not tell which of its clients has which socket.
  const server = new ssh2.Server({ hostKeys: [{ key: options.hostKey }], algorithms: { compress: ['none'] } }, (client) => {
    client.once('ready', () => clearTimeout(tooLate))
    new ServedClient(socket, gone.signal, options).attach(client)
  })
  server.injectSocket(socket)
}

/** One client from its first words on. */
class ServedClient {
  private readonly socket: Socket
  private readonly gone: AbortSignal
  private readonly options: ConnectionOptions
  /** Sessions and forwardings that are open, or about to be. */
  private readonly open = new Set<object>()
  /** Channels whose input is read only as fast as something else takes it. */
  private readonly inputs = new Set<Readable>()

  constructor(socket: Socket, gone: AbortSignal, options: ConnectionOptions) {
    this.socket = socket
    this.gone = gone
    this.options = options
  }

  attach(client: Connection): void {
    // After an error ssh2 waits for the client to hang up, which a hostile one does not.
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
    // ssh2 does not hold clients to the window it gives them.
    this.socket.on('data', () => {
      for (const input of this.inputs) if (input.readableLength > MAX_UNREAD_BYTES) this.socket.destroy()
    })
  }

  private isFull(): boolean {
    return this.open.size >= MAX_CHANNELS
  }

  /** ssh2 refuses by itself what nobody listens for: shells, terminals, subsystems, forwarding of X11 and of agents. */
  private openSession(session: Session): void {
    // ssh2 knows sessions by this name when the client goes, and throws where a minifier has given them another.
    Object.defineProperty(session.constructor, 'name', { value: 'Session' })
    this.open.add(session)
    session.once('close', () => this.open.delete(session))
    // A client that wants no reply gives nothing to accept with.
    session.on('env', (accept: (() => void) | undefined) => accept?.())
    session.on('exec', (accept, _reject, { command }) => {
      // Nothing comes back for a second command in the same session.
      const channel: ServerChannel | undefined = accept()
      if (channel && this.isUsable(channel)) void this.execute(channel, command)
    })
  }

  private async execute(channel: ServerChannel, line: string): Promise<void> {
    channel.stderr.on('error', ignore)
    channel.resume()
    const { stdout, stderr, status } = await runLine(line, this.options.run)
    // One after the other: ssh2 mixes the two up when both wait for a client that reads slowly.
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
      // Once the channel is accepted, this does nothing.
      if (!this.gone.aborted) reject()
    })
    target.once('connect', () => {
      if (this.gone.aborted) return
      const channel = accept()
      if (this.isUsable(channel)) void this.join(channel, target)
    })
  }

  /** Passes on what comes from either side, and its end, until both have ended. */
  private async join(channel: ServerChannel, target: Socket): Promise<void> {
    this.inputs.add(channel)
    const output = this.outputOf(channel)
    const closed = new Promise<void>((resolve) => channel.once('close', resolve))
    const inward = pipeline(channel, target).catch(ignore)
    const outward = pipeline(target, output).catch(ignore)
    // A client that closes the channel takes no more, though what it sent before may still be on its way in.
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
   * Takes what goes out to a channel. When it ends, the channel's other half stays open, unlike with ssh2's own `end`; and it waits for
   * the client to read, as ssh2 does not.
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

/** Resolves when a text is sent; never, when the client closes the channel before. */
const written = (stream: Writable, text: string): Promise<void> =>
  new Promise((resolve) => (text === '' ? resolve() : stream.write(text, () => resolve())))

/** Whoever is at the other end may go at any time; all that is left to do then is done when the socket closes. */
function ignore(): void {}
