import type { Socket } from 'node:net'
import { decode, encode } from '../../src/lib/wire/codec.ts'
import { type Control, controls } from '../../src/lib/wire/controls.ts'
import { answerTo, type MessageKind, messages } from '../../src/lib/wire/messages.ts'
import { decodePacket, encodePacket, measurePacket, type Packet } from '../../src/lib/wire/packet.ts'
import { FrameServer } from './frame-server.ts'

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
export class ScriptedDaemon extends FrameServer {
  readonly path: string
  readonly requests: Request[] = []
  readonly messages: Message[] = []
  private readonly script: (exchange: Exchange) => void

  constructor(path: string, script: (exchange: Exchange) => void) {
    super(measurePacket)
    this.path = path
    this.script = script
  }

  override async listen(): Promise<this> {
    return await super.listen(this.path)
  }

  protected answerFrame(frame: Uint8Array, socket: Socket): void {
    const request = decodePacket(frame)
    if (request.kind === 'message') this.answerMessage(socket, request)
    if (request.kind !== 'control') return
    this.requests.push(request)
    this.script(exchange(socket, request))
  }

  /** A takeover run is always done at once, by node 1, and changes nothing. The recovery daemon's memory is one line. */
  private answerMessage(socket: Socket, message: Message): void {
    this.messages.push(message)
    if (message.srvid === messages.takeoverRun.srvid) sendAnswer(socket, message, (srvid) => encode(answerTo(srvid).data, 1))
    if (message.srvid === messages.memDump.srvid) sendAnswer(socket, message, () => Buffer.from('recovery daemon\n\0'))
  }
}

/** Answers a request that names the srvid for the answer. */
function sendAnswer(socket: Socket, { data }: Message, answer: (srvid: bigint) => Uint8Array): void {
  const { pnn, replySrvid } = decode(messages.takeoverRun.data, data)
  const body = { kind: 'message', srvid: replySrvid, data: answer(replySrvid) } as const
  socket.write(encodePacket({ destination: pnn, source: 1, requestId: 0 }, body))
}

type Message = Extract<Packet, { kind: 'message' }>

function exchange(socket: Socket, request: Request): Exchange {
  const { source, requestId } = request.header
  const answer = (status: number, data: Uint8Array, errorText: string) =>
    encodePacket({ destination: source, source: 0, requestId }, { kind: 'reply', status, data, errorText })
  const bytesOf = <R>(control: Control<unknown, R>, value: R) => {
    const { status, data } = control.writeReply(value)
    return answer(status, data, '')
  }
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
  if (request.opcode === controls.getPnn.opcode) reply(controls.getPnn, 0)
  else if (request.opcode === controls.registerSrvid.opcode || request.opcode === controls.deregisterSrvid.opcode) {
    reply(controls.registerSrvid, undefined)
  } else return false
  return true
}
