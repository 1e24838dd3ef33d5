import { ByteReader, ByteWriter, DecodeError, decode, type ValueOf } from './codec.ts'
import { sequence, struct } from './composites.ts'
import { i32, u32, u64 } from './primitives.ts'

const MAGIC = 0x4354_4442
const VERSION = 1
/** ctdbd pads every packet with zeros to a multiple of this, and counts the padding in the packet's length. */
const PACKET_ALIGN = 8

/** Kinds of packets. Only daemons send each other 2 and 3 (about records), 9 and 10. */
export const OPERATION = { CALL: 0, CALL_REPLY: 1, CALL_ERROR: 4, MESSAGE: 5, CONTROL: 7, CONTROL_REPLY: 8 } as const

const header = struct({
  length: u32,
  magic: u32,
  version: u32,
  generation: u32,
  operation: u32,
  destination: u32,
  source: u32,
  requestId: u32,
})
/**
 * The header of a packet. `operation` is the kind of packet; `source` and `destination` are PNNs; a reply has the `requestId` of its request.
 * @interface
 */
export type PacketHeader = ValueOf<typeof header>
const HEADER_SIZE = 32

// Sequences, not structs: in C the data follow the last field directly, without the padding at the end of a struct.
const controlHead = sequence({ opcode: u32, pad: u32, srvid: u64, clientId: u32, flags: u32, dataLength: u32 })
const replyHead = sequence({ status: i32, dataLength: u32, errorLength: u32 })
const messageHead = sequence({ srvid: u64, dataLength: u32 })
const callHead = sequence({ flags: u32, databaseId: u32, callId: u32, hopCount: u32, keyLength: u32, dataLength: u32 })
const callReplyHead = sequence({ status: i32, dataLength: u32 })

/**
 * A control on its way to a daemon. `data` is the encoded request of the control with this opcode.
 * @inline
 */
interface ControlBody {
  readonly kind: 'control'
  readonly opcode: number
  readonly srvid: bigint
  readonly clientId: number
  readonly flags: number
  readonly data: Uint8Array
}

/**
 * The answer to a control. A `status` < 0 is a failure, and `errorText` may give the reason.
 * @inline
 */
interface ReplyBody {
  readonly kind: 'reply'
  readonly status: number
  readonly data: Uint8Array
  readonly errorText: string
}

/** @inline */
interface MessageBody {
  readonly kind: 'message'
  readonly srvid: bigint
  readonly data: Uint8Array
}

/**
 * A request for a record of a volatile database: `callId` is one of CALL, `flags` are bits of CALL_FLAG.
 * @inline
 */
interface CallBody {
  readonly kind: 'call'
  readonly flags: number
  readonly databaseId: number
  readonly callId: number
  readonly key: Uint8Array
  readonly data: Uint8Array
}

/**
 * The answer to a call. A `status` other than 0 is a failure.
 * @inline
 */
interface CallReplyBody {
  readonly kind: 'callReply'
  readonly status: number
  readonly data: Uint8Array
}

/**
 * The answer to a call that a daemon could not handle, with its reason.
 * @inline
 */
interface CallErrorBody {
  readonly kind: 'callError'
  readonly status: number
  readonly data: Uint8Array
}

/**
 * A packet of a kind that clients neither send nor receive, not decoded.
 * @inline
 */
interface OtherBody {
  readonly kind: 'other'
  readonly body: Uint8Array
}

/** @inline */
interface Addressed {
  readonly header: PacketHeader
}

export type ReplyPacket = ReplyBody & Addressed
export type MessagePacket = MessageBody & Addressed
export type CallReplyPacket = (CallReplyBody | CallErrorBody) & Addressed

/** A decoded packet. `other` is a kind that clients neither send nor receive. */
export type Packet = (PacketBody | OtherBody) & Addressed

/** The fields of a header that a sender chooses. `source` and `destination` are PNNs, or one of DESTINATION. */
export interface Addressing {
  readonly destination: number
  readonly source: number
  readonly requestId: number
  /** 0 unless given. */
  readonly generation?: number
}

/**
 * A packet without its header. `data` is encoded: the request of a control, its reply, or the content of a message. A `status` < 0 is a
 * failure, for which `errorText` may give the reason.
 */
export type PacketBody = ControlBody | ReplyBody | MessageBody | CallBody | CallReplyBody | CallErrorBody

const OPERATION_OF = {
  control: OPERATION.CONTROL,
  reply: OPERATION.CONTROL_REPLY,
  message: OPERATION.MESSAGE,
  call: OPERATION.CALL,
  callReply: OPERATION.CALL_REPLY,
  callError: OPERATION.CALL_ERROR,
} as const

/** What a call does with a record. */
export const CALL = { /** Nothing; it serves to move the record. */ NULL: 0xff00_0001 } as const

/** Bits in the flags of a call. */
export const CALL_FLAG = {
  /** Moves the record to the node of the client. */
  IMMEDIATE_MIGRATION: 0x1,
  /** A copy that is only read is enough. */
  WANT_READONLY: 0x4,
} as const

/** The bytes of a packet, padded. */
export function encodePacket(addressing: Addressing, body: PacketBody): Uint8Array {
  const out = new ByteWriter()
  header.write(out, {
    length: 0,
    magic: MAGIC,
    version: VERSION,
    generation: addressing.generation ?? 0,
    operation: OPERATION_OF[body.kind],
    destination: addressing.destination,
    source: addressing.source,
    requestId: addressing.requestId,
  })
  writeBody(out, body)
  out.extend(-out.position & (PACKET_ALIGN - 1))
  // Only now is the length known; it is the first field of the header.
  out.view.setUint32(0, out.position, true)
  return out.finish()
}

function writeBody(out: ByteWriter, body: PacketBody): void {
  const dataLength = body.data.length
  if (body.kind === 'control') {
    const { opcode, srvid, clientId, flags } = body
    controlHead.write(out, { opcode, pad: 0, srvid, clientId, flags, dataLength })
    out.append(body.data)
  } else if (body.kind === 'message') {
    messageHead.write(out, { srvid: body.srvid, dataLength })
    out.append(body.data)
  } else if (body.kind === 'call') {
    const { flags, databaseId, callId, key } = body
    callHead.write(out, { flags, databaseId, callId, hopCount: 0, keyLength: key.length, dataLength })
    out.append(key)
    out.append(body.data)
  } else if (body.kind !== 'reply') {
    callReplyHead.write(out, { status: body.status, dataLength })
    out.append(body.data)
  } else {
    const errorText = new TextEncoder().encode(body.errorText)
    replyHead.write(out, { status: body.status, dataLength, errorLength: errorText.length })
    out.append(body.data)
    out.append(errorText)
  }
}

/**
 * The packet in these bytes, which must be one whole frame.
 * @throws DecodeError when the magic, the version or a length is invalid.
 */
export function decodePacket(frame: Uint8Array): Packet {
  const input = new ByteReader(frame)
  const head = header.read(input)
  checkHeader(head)
  if (head.length !== frame.length) throw new DecodeError(`length ${head.length} in a frame of ${frame.length} bytes`, 0)
  const bytes = (length: number) => {
    const start = input.take(length)
    return frame.subarray(start, start + length)
  }
  switch (head.operation) {
    case OPERATION.CONTROL: {
      const { opcode, srvid, clientId, flags, dataLength } = controlHead.read(input)
      return { kind: 'control', header: head, opcode, srvid, clientId, flags, data: bytes(dataLength) }
    }
    case OPERATION.CONTROL_REPLY: {
      const { status, dataLength, errorLength } = replyHead.read(input)
      const data = bytes(dataLength)
      return { kind: 'reply', header: head, status, data, errorText: utf8.decode(bytes(errorLength)) }
    }
    case OPERATION.MESSAGE: {
      const { srvid, dataLength } = messageHead.read(input)
      return { kind: 'message', header: head, srvid, data: bytes(dataLength) }
    }
    case OPERATION.CALL: {
      const { flags, databaseId, callId, keyLength, dataLength } = callHead.read(input)
      return { kind: 'call', header: head, flags, databaseId, callId, key: bytes(keyLength), data: bytes(dataLength) }
    }
    case OPERATION.CALL_REPLY:
    case OPERATION.CALL_ERROR: {
      const { status, dataLength } = callReplyHead.read(input)
      const kind = head.operation === OPERATION.CALL_REPLY ? 'callReply' : 'callError'
      return { kind, header: head, status, data: bytes(dataLength) }
    }
    default:
      return { kind: 'other', header: head, body: frame.subarray(HEADER_SIZE) }
  }
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

const magicPart = struct({ length: u32, magic: u32 })
const MAGIC_END = 8

function checkMagic(magic: number): void {
  if (magic !== MAGIC) throw new DecodeError(`magic 0x${magic.toString(16)} is not CTDB's`, 4)
}

function checkHeader({ magic, version }: PacketHeader): void {
  checkMagic(magic)
  if (version !== VERSION) throw new DecodeError(`protocol version ${version}, where ${VERSION} is the only one`, 8)
}

/**
 * The length of the frame that starts with these bytes; undefined while there are too few bytes. For {@link FrameSplitter}: it checks the
 * header before anything is allocated for the body.
 * @throws DecodeError when this is not a CTDB packet.
 */
export function measurePacket(start: Uint8Array): number | undefined {
  // The magic is checked as soon as it has arrived: another kind of server may send less than a header, and wait.
  if (start.length >= MAGIC_END) checkMagic(decode(magicPart, start).magic)
  if (start.length < HEADER_SIZE) return undefined
  const head = decode(header, start)
  checkHeader(head)
  const { length } = head
  if (length < HEADER_SIZE || length % PACKET_ALIGN !== 0) throw new DecodeError(`${length} is no possible packet length`, 0)
  return length
}
