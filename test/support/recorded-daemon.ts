import type { Socket } from 'node:net'
import { decode } from '../../src/lib/wire/codec.ts'
import { controls } from '../../src/lib/wire/controls.ts'
import { DESTINATION } from '../../src/lib/wire/destination.ts'
import { answerTo, messageBySrvid, messages } from '../../src/lib/wire/messages.ts'
import { decodePacket, encodePacket, measurePacket, type Packet } from '../../src/lib/wire/packet.ts'
import { FrameServer } from './frame-server.ts'
import type { GoldenPacket } from './goldens.ts'

type Control = Extract<Packet, { kind: 'control' }>

type Message = Extract<Packet, { kind: 'message' }>

const REQUEST_ID_OFFSET = 28
const MESSAGE_SRVID_OFFSET = 32

/**
 * A daemon that has only its memories: it answers every request with what the real daemon answered when the real tool asked the same, and
 * sends the messages that the real one sent to who registers for them. What it has never been asked it notes in `unexpected`, and refuses.
 */
export class RecordedDaemon extends FrameServer {
  /** Requests that the recording does not hold. */
  readonly unexpected: string[] = []
  private readonly replies = new Map<string, Buffer[]>()
  private readonly sentMessages = new Map<bigint, Buffer[]>()
  private pnn = 0

  /** @param recordings the packets of one run of the tool each. */
  constructor(...recordings: readonly (readonly GoldenPacket[])[]) {
    super(measurePacket)
    for (const recording of recordings) this.remember(recording)
  }

  protected answerFrame(frame: Uint8Array, socket: Socket): void {
    const packet = decodePacket(frame)
    if (packet.kind === 'control') this.answer(socket, packet)
    if (packet.kind === 'message') this.answerMessage(socket, packet)
  }

  private remember(recording: readonly GoldenPacket[]): void {
    const opened = recording.map(({ from, bytes }, index) => ({ from, bytes, index, packet: decodePacket(bytes) }))
    for (const { from, bytes, packet } of opened) {
      if (from === 's' && packet.kind === 'message') append(this.sentMessages, packet.srvid, bytes)
    }
    const requests = opened.flatMap(({ from, packet, index }) =>
      from === 'c' && (packet.kind === 'control' || packet.kind === 'message') ? [{ ...packet, index }] : [],
    )
    for (const request of requestsOfTool(requests)) {
      if (request.kind !== 'control') continue
      const { requestId } = request.header
      const reply = opened.find(
        ({ from, packet, index }) =>
          from === 's' && index > request.index && packet.kind === 'reply' && packet.header.requestId === requestId,
      )
      if (reply?.packet.kind !== 'reply') continue
      if (request.opcode === controls.getPnn.opcode) this.pnn = reply.packet.status
      append(this.replies, this.keyOf(request), reply.bytes)
    }
  }

  private answer(socket: Socket, request: Control): void {
    if (request.opcode === controls.registerSrvid.opcode || request.opcode === controls.deregisterSrvid.opcode) {
      this.register(socket, request)
      return
    }
    const known = this.replies.get(this.keyOf(request))
    // The last answer is repeated: we may ask again what the real tool asked once.
    const reply = known && known.length > 1 ? known.shift() : known?.[0]
    if (!reply) {
      this.unexpected.push(this.keyOf(request))
      socket.destroy()
      return
    }
    const copy = Buffer.from(reply)
    copy.writeUInt32LE(request.header.requestId, REQUEST_ID_OFFSET)
    socket.write(copy)
  }

  /**
   * A request that is a message names the srvid for the answer; the recorded answer went to that of the recorded request. What a node
   * answers when it disables something is its own PNN.
   */
  private answerMessage(socket: Socket, { srvid, data, header }: Message): void {
    const isRun = srvid === messages.takeoverRun.srvid
    if (!isRun && srvid !== messages.disableTakeoverRuns.srvid) return
    const { replySrvid } = decode(isRun ? messages.takeoverRun.data : messages.disableTakeoverRuns.data, data)
    const answers = [...this.sentMessages].filter(([to]) => messageBySrvid(to)?.name === 'answer').flatMap(([, sent]) => sent)
    const recorded = isRun ? answers[0] : answers.find((answer) => answerOf(answer) === header.destination)
    if (!recorded) return
    const copy = Buffer.from(recorded)
    copy.writeBigUInt64LE(replySrvid, MESSAGE_SRVID_OFFSET)
    socket.write(copy)
  }

  /** Registering always succeeds; the messages of the recording follow at once. */
  private register(socket: Socket, { opcode, srvid, header }: Control): void {
    const addressing = { destination: header.source, source: this.pnn, requestId: header.requestId }
    socket.write(encodePacket(addressing, { kind: 'reply', status: 0, data: new Uint8Array(), errorText: '' }))
    if (opcode !== controls.registerSrvid.opcode) return
    for (const message of this.sentMessages.get(srvid) ?? []) socket.write(message)
  }

  private keyOf({ header, opcode, srvid, flags, data }: Control): string {
    const to = header.destination === DESTINATION.CURRENT_NODE ? this.pnn : header.destination
    return `control ${opcode} to node ${to}, srvid ${srvid.toString(16)}, flags ${flags}, data ${Buffer.from(data).toString('hex')}`
  }
}

function answerOf(bytes: Buffer): number | undefined {
  const packet = decodePacket(bytes)
  return packet.kind === 'message' ? decode(answerTo(packet.srvid).data, packet.data) : undefined
}

/**
 * What the tool itself sent, among what other clients did (the helpers of a takeover run, say). Each client counts its request ids
 * upwards, those of messages too, and only the tool begins by registering for the LEADER message. The event scripts of the node may
 * have called it before the recorded run began: the last one is meant.
 */
function requestsOfTool<R extends Control | Message>(requests: readonly R[]): R[] {
  const start = requests.findLastIndex(
    (request) =>
      request.kind === 'control' && request.opcode === controls.registerSrvid.opcode && request.srvid === messages.leader.srvid,
  )
  const register = requests[start]
  // When it gives up before that, it is the only client.
  if (!register) return [...requests]
  const first = register.header.requestId
  const counted = (list: readonly R[], from: number, step: 1 | -1): R[] => {
    let next = from
    return list.filter(({ header }) => {
      if (header.requestId !== next) return false
      next += step
      return true
    })
  }
  return [...counted(requests.slice(0, start).reverse(), first - 1, -1), ...counted(requests.slice(start), first, 1)]
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const values = map.get(key)
  if (values) values.push(value)
  else map.set(key, [value])
}
