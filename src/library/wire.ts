/**
 * CTDB's binary protocol: packets, structs, controls and messages as declarations from which types, encoders and decoders follow; and a
 * client for any duplex stream.
 * @module
 */
export { formatIp, type IpBytes, type IpFamily, parseIp } from '../lib/address/ip-text.ts'
export { addressKey, type SocketAddress } from '../lib/address/socket-address.ts'

export { type Codec, DecodeError, decode, EncodeError, encode, type ValueOf } from '../lib/wire/codec.ts'
export {
  CONTROL_FLAG,
  type Control,
  controlByOpcode,
  controls,
  type DataControl,
  type StatusControl,
} from '../lib/wire/controls.ts'
export { DESTINATION } from '../lib/wire/destination.ts'
export {
  decodeEventStatus,
  decodeEventStatusRequest,
  type EventStatus,
  type EventStatusRequest,
  encodeEventStatus,
  encodeEventStatusRequest,
  measureEventFrame,
} from '../lib/wire/eventd.ts'
export { FrameSplitter } from '../lib/wire/frames.ts'
export { answerTo, type MessageKind, messageBySrvid, messages, replySrvid } from '../lib/wire/messages.ts'
export {
  type Addressing,
  decodePacket,
  encodePacket,
  measurePacket,
  OPERATION,
  type Packet,
  type PacketBody,
  type PacketHeader,
} from '../lib/wire/packet.ts'
export type { DeletedRecord, RecordData, RecordHeader } from '../lib/wire/record-structs.ts'
export type { Capabilities, HotKey } from '../lib/wire/structs.ts'
export { type ClientOptions, type ControlOptions, CtdbClient } from '../transport/client/client.ts'
export { ClosedError, ControlFailedError, NoAnswerError } from '../transport/client/errors.ts'
export type { Received, Subscription, SubscriptionOptions } from '../transport/client/subscription.ts'
export { connectUnix, findSocket, openUnix, type UnixOptions } from '../transport/local/socket.ts'
