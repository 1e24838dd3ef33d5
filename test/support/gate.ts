import { connect, createServer, type Server, type Socket } from 'node:net'
import { FrameSplitter } from '../../src/lib/wire/frames.ts'
import { decodePacket, measurePacket, type Packet } from '../../src/lib/wire/packet.ts'

/** A way to a daemon's socket that can be shut at a packet, or cut off. */
export class Gate {
  private readonly server: Server
  private readonly pairs = new Set<readonly [Socket, Socket]>()
  private held: { readonly isIt: (packet: Packet) => boolean; readonly come: () => void } | undefined
  private isShut = false
  /** The request ids of the replies that clients have been sent. */
  readonly answered = new Set<number>()

  private constructor(daemonPath: string) {
    this.server = createServer((client) => this.serve(client, connect(daemonPath)))
  }

  /** @param path where clients connect instead. */
  static async open(path: string, daemonPath: string): Promise<Gate> {
    const gate = new Gate(daemonPath)
    await new Promise<void>((resolve, reject) => gate.server.once('error', reject).listen(path, resolve))
    return gate
  }

  /** From the next packet on for which this holds, nothing that clients send gets through any more. Resolves when it has come. */
  async shutAt(isIt: (packet: Packet) => boolean): Promise<void> {
    await new Promise<void>((come) => {
      this.held = { isIt, come }
    })
  }

  /** Lets through what is sent from now on; what was held is lost. */
  unshut(): void {
    this.isShut = false
    this.held = undefined
  }

  /** Ends all connections; new ones can be made. */
  cut(): void {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut()
    await new Promise((resolve) => this.server.close(resolve))
  }

  private serve(client: Socket, daemon: Socket): void {
    const pair = [client, daemon] as const
    const frames = new FrameSplitter(measurePacket, 1 << 20)
    const replies = new FrameSplitter(measurePacket, 1 << 20)
    this.pairs.add(pair)
    for (const [socket, other] of [pair, pair.toReversed()] as const) {
      socket?.on('error', () => {})
      socket?.on('close', () => {
        other?.destroy()
        this.pairs.delete(pair)
      })
    }
    daemon.on('data', (chunk) => {
      client.write(chunk)
      for (const frame of replies.push(chunk)) {
        const packet = decodePacket(frame)
        if (packet.kind === 'reply') this.answered.add(packet.header.requestId)
      }
    })
    client.on('data', (chunk) => {
      for (const frame of frames.push(chunk)) {
        if (!this.isShut && this.held?.isIt(decodePacket(frame))) {
          this.isShut = true
          this.held.come()
        }
        if (!this.isShut) daemon.write(frame)
      }
    })
  }
}
