import { createServer, type Server, type Socket } from 'node:net'
import { decode, encode } from '../../src/transport/wire/codec.ts'
import { type Control, controls } from '../../src/transport/wire/controls.ts'
import { FrameSplitter } from '../../src/transport/wire/frames.ts'
import { answerTo, type MessageKind, messages } from '../../src/transport/wire/messages.ts'
import { decodePacket, encodePacket, measurePacket, type Packet } from '../../src/transport/wire/packet.ts'

type Request = Extract<Packet, { kind: 'control' }>

/** What a test lets the daemon do with one request. */
export interface Exchange {
  readonly request: Request
  readonly socket: Socket
  /** Answers with data, or with the status alone for a control that has no more to say. */
  reply<R>(control: Control<unknown, R>, value: R): void
  /** Answers with a failure. */
  fail(status: number, errorText?: string): void
  /** The bytes that `reply` would send. */
  bytesOf<R>(control: Control<unknown, R>, value: R): Uint8Array
  send<D>(kind: MessageKind<D>, data: D): void
}

/** A daemon on a Unix socket that does to each request just what the test says: answer late, wrongly, in pieces, or not at all. */
export class ScriptedDaemon {
  readonly path: string
  readonly requests: Request[] = []
  private readonly sockets = new Set<Socket>()
  private readonly server: Server
  private readonly script: (exchange: Exchange) => void

  constructor(path: string, script: (exchange: Exchange) => void) {
    this.path = path
    this.script = script
    this.server = createServer((socket) => this.serve(socket))
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve, reject) => this.server.once('error', reject).listen(this.path, resolve))
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.sockets) socket.destroy()
    await new Promise((resolve) => this.server.close(resolve))
  }

  /** A takeover run is always done at once, by node 1, and changes nothing. */
  private answerMessage(socket: Socket, { srvid, data }: Message): void {
    if (srvid !== messages.takeoverRun.srvid) return
    const { pnn, replySrvid } = decode(messages.takeoverRun.data, data)
    const answer = { kind: 'message', srvid: replySrvid, data: encode(answerTo(replySrvid).data, 1) } as const
    socket.write(encodePacket({ destination: pnn, source: 1, requestId: 0 }, answer))
  }

  private serve(socket: Socket): void {
    const frames = new FrameSplitter(measurePacket, 1 << 20)
    this.sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.sockets.delete(socket))
    socket.on('data', (chunk) => {
      socket.cork()
      for (const frame of frames.push(chunk)) {
        const request = decodePacket(frame)
        if (request.kind === 'message') this.answerMessage(socket, request)
        if (request.kind !== 'control') continue
        this.requests.push(request)
        this.script(exchange(socket, request))
      }
      socket.uncork()
    })
  }
}

type Message = Extract<Packet, { kind: 'message' }>

function exchange(socket: Socket, request: Request): Exchange {
  const { source, requestId } = request.header
  const answer = (status: number, data: Uint8Array, errorText: string) =>
    encodePacket({ destination: source, source: 0, requestId }, { kind: 'reply', status, data, errorText })
  const bytesOf = <R>({ reply }: Control<unknown, R>, value: R) =>
    reply === 'status' ? answer(Number(value), new Uint8Array(), '') : answer(0, encode(reply, value), '')
  return {
    request,
    socket,
    bytesOf,
    reply: (control, value) => void socket.write(bytesOf(control, value)),
    fail: (status, errorText = '') => void socket.write(answer(status, new Uint8Array(), errorText)),
    send: ({ srvid, data: codec }, data) =>
      void socket.write(
        encodePacket({ destination: source, source: 7, requestId: 0 }, { kind: 'message', srvid, data: encode(codec, data) }),
      ),
  }
}

/** Answers what every client asks first: PNN 0, and yes to every registration. Returns whether it was that. */
export function answerBasics({ request, reply }: Exchange): boolean {
  if (request.opcode === controls.getPnn.opcode) reply(controls.getPnn as Control<unknown, number>, 0)
  else if (request.opcode === controls.registerSrvid.opcode || request.opcode === controls.deregisterSrvid.opcode) {
    reply(controls.registerSrvid as Control<unknown, void>, undefined)
  } else return false
  return true
}
