import type { Codec } from './codec.ts'
import { i32, nothing, u32 } from './primitives.ts'
import { recordBuffer } from './record-structs.ts'
import * as structs from './structs.ts'

/** One kind of message. Every client that has registered for its srvid (server id) receives it. */
export interface MessageKind<Data> {
  readonly srvid: bigint
  readonly name: string
  readonly data: Codec<Data>
}

/** The record of one kind of message. */
export const message = <D>(srvid: bigint, name: string, data: Codec<D>): MessageKind<D> => ({ srvid, name, data })

/** The messages that concern nodes and addresses. Some announce events, the rest are requests to recovery daemons. */
export const messages = {
  /** The PNN of the leader, which broadcasts it about once a second (4.16 and newer). */
  leader: message(0xf101_0000_0000_0000n, 'LEADER', u32),
  /** A recovery has finished. */
  reconfigure: message(0xf200_0000_0000_0000n, 'RECONFIGURE', nothing),
  releaseIp: message(0xf300_0000_0000_0000n, 'RELEASE_IP', structs.addressText),
  takeIp: message(0xf301_0000_0000_0000n, 'TAKE_IP', structs.addressText),
  /** The event of that name has finished (4.20 and newer). */
  ipReallocated: message(0xf302_0000_0000_0000n, 'IPREALLOCATED', nothing),
  /** The event of that name has finished (4.21 and newer). */
  startIpReallocate: message(0xf303_0000_0000_0000n, 'START_IPREALLOCATE', nothing),
  /** Makes the recovery daemon send its memory, as a text, to the srvid of the request. */
  memDump: message(0xf800_0000_0000_0000n, 'MEM_DUMP', structs.takeoverRunRequest),
  takeoverRun: message(0xfb00_0000_0000_0000n, 'TAKEOVER_RUN', structs.takeoverRunRequest),
  /** Lets the node with this PNN receive addresses at the next takeover run. */
  rebalanceNode: message(0xfb01_0000_0000_0000n, 'REBALANCE_NODE', u32),
  disableTakeoverRuns: message(0xfb03_0000_0000_0000n, 'DISABLE_TAKEOVER_RUNS', structs.disableRequest),
  disableRecoveries: message(0xfb04_0000_0000_0000n, 'DISABLE_RECOVERIES', structs.disableRequest),
  /** Records of a database that is being restored. */
  pushRecords: message(0xce02_0000_0000_0000n, 'PUSHDB', recordBuffer),
  /** Seconds. Used by `moveip` of 4.17 and older. */
  disableIpCheck: message(0xfc00_0000_0000_0000n, 'DISABLE_IP_CHECK', u32),
} as const

const bySrvid = new Map<bigint, MessageKind<unknown>>(
  Object.values(messages).map((kind) => [kind.srvid, kind as MessageKind<unknown>]),
)

/** `ctdb` and we choose the srvids that answers are sent to from this range. */
const REPLY_SRVID_RANGE = 0xce01_0000_0000_0000n

/** The srvid of the `counter`-th answer that the process with this id waits for. */
export const replySrvid = (processId: number, counter: number): bigint =>
  REPLY_SRVID_RANGE | (BigInt(processId & 0xffff) << 16n) | BigInt(counter & 0xffff)

/** The answer to a request with this reply srvid: the PNN of the node that did it, or a negative number for a failure. */
export const answerTo = (srvid: bigint): MessageKind<number> => message(srvid, 'answer', i32)

const isReplySrvid = (srvid: bigint): boolean => srvid >> 48n === REPLY_SRVID_RANGE >> 48n

/** The kind of message that goes to this srvid; undefined for a srvid that is not declared. */
export const messageBySrvid = (srvid: bigint): MessageKind<unknown> | undefined =>
  bySrvid.get(srvid) ?? (isReplySrvid(srvid) ? (answerTo(srvid) as MessageKind<unknown>) : undefined)
