import { SRVID } from '../../lib/cluster/srvid.ts'
import type { Codec } from './codec.ts'
import { i32, nothing, u32 } from './primitives.ts'
import * as structs from './structs.ts'

/** One kind of message: who listens to `srvid` receives it. */
export interface MessageKind<Data> {
  readonly srvid: bigint
  readonly name: string
  readonly data: Codec<Data>
}

const message = <D>(srvid: bigint, name: string, data: Codec<D>): MessageKind<D> => ({ srvid, name, data })

/** The messages that concern nodes and addresses; adding one is adding a record. */
export const messages = {
  /** Broadcast about once a second by the leader (4.16 on): how a client learns who leads. */
  leader: message(SRVID.leader, 'LEADER', u32),
  /** A recovery has finished. */
  reconfigure: message(SRVID.reconfigure, 'RECONFIGURE', nothing),
  releaseIp: message(SRVID.releaseIp, 'RELEASE_IP', structs.addressText),
  takeIp: message(SRVID.takeIp, 'TAKE_IP', structs.addressText),
  /** The event of that name has finished (4.20 on). */
  ipReallocated: message(SRVID.ipReallocated, 'IPREALLOCATED', nothing),
  /** The event of that name has finished (4.21 on). */
  startIpReallocate: message(SRVID.startIpReallocate, 'START_IPREALLOCATE', nothing),
  takeoverRun: message(SRVID.takeoverRun, 'TAKEOVER_RUN', structs.takeoverRunRequest),
  /** Lets the node with this PNN receive addresses at the next takeover run. */
  rebalanceNode: message(SRVID.rebalanceNode, 'REBALANCE_NODE', u32),
  disableTakeoverRuns: message(SRVID.disableTakeoverRuns, 'DISABLE_TAKEOVER_RUNS', structs.disableRequest),
  disableRecoveries: message(SRVID.disableRecoveries, 'DISABLE_RECOVERIES', structs.disableRequest),
  /** Seconds. What `moveip` of 4.17 and older used. */
  disableIpCheck: message(SRVID.disableIpCheck, 'DISABLE_IP_CHECK', u32),
} as const

const bySrvid = new Map<bigint, MessageKind<unknown>>(
  Object.values(messages).map((kind) => [kind.srvid, kind as MessageKind<unknown>]),
)

/** Where `ctdb`, and we, choose the srvids from to which answers are to be sent: 0xCE in the highest byte. */
const REPLY_SRVID_RANGE = 0xce01_0000_0000_0000n

/** The srvid for the `counter`-th answer that the process with this id waits for. */
export const replySrvid = (processId: number, counter: number): bigint =>
  REPLY_SRVID_RANGE | (BigInt(processId & 0xffff) << 16n) | BigInt(counter & 0xffff)

/** An answer to a request with a reply srvid: the PNN of who did it, or a negative number for failure. */
export const answerTo = (srvid: bigint): MessageKind<number> => message(srvid, 'answer', i32)

const isReplySrvid = (srvid: bigint): boolean => srvid >> 48n === REPLY_SRVID_RANGE >> 48n

/** What kind of message goes to this srvid; undefined for one that we do not know. */
export const messageBySrvid = (srvid: bigint): MessageKind<unknown> | undefined =>
  bySrvid.get(srvid) ?? (isReplySrvid(srvid) ? (answerTo(srvid) as MessageKind<unknown>) : undefined)
