import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { CtdbtsError } from '../../lib/errors.ts'
import { MAX_TIMER_MS } from '../../lib/timers.ts'
import { encode } from '../../lib/wire/codec.ts'
import { CONTROL_FLAG, type Control, controls } from '../../lib/wire/controls.ts'
import { DESTINATION } from '../../lib/wire/destination.ts'
import { FrameSplitter } from '../../lib/wire/frames.ts'
import type { MessageKind } from '../../lib/wire/messages.ts'
import {
  CALL,
  CALL_FLAG,
  type CallReplyPacket,
  decodePacket,
  encodePacket,
  measurePacket,
  type PacketBody,
  type ReplyPacket,
} from '../../lib/wire/packet.ts'
import { ClosedError, ControlFailedError, type Destination, NoAnswerError } from './errors.ts'
import { PendingRequests } from './pending-requests.ts'
import type { Subscription, SubscriptionOptions } from './subscription.ts'
import { Subscriptions } from './subscriptions.ts'

/** The source node in the packets of a client that does not know its node yet. */
const SOURCE_UNKNOWN = 0xffff_ffff

/** How a client talks to the daemon at the other end of its stream. */
export interface ClientOptions {
  /** Name of the other side for error messages: the path of a socket, or a host. */
  readonly peer: string
  /** Default time limit of a control in milliseconds; by default 10 s, as in `ctdb`. */
  readonly timeoutMs?: number
  /** Limit for the length of a packet from the daemon. The largest real ones (2,000 addresses) have about 70 KB. */
  readonly maxFrameBytes?: number
  /** Limit for the bytes that wait to be sent to a daemon that does not read. */
  readonly maxQueuedBytes?: number
}

/** Where a control is sent, and what limits it. */
export interface ControlOptions<Request> {
  /** PNN of the node to ask, or one of `DESTINATION`; by default the daemon at the other end of the connection. */
  readonly to?: number
  /** Data of the request, if the control has any. */
  readonly data?: Request
  readonly srvid?: bigint
  /** Bits of `CONTROL_FLAG`. */
  readonly flags?: number
  /** Milliseconds that the answer may take; that of the client unless given. */
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

/**
 * A client of CTDB's protocol over any duplex stream: a Unix socket, an SSH channel, a pair of streams in a test. Any number of requests
 * may be pending at the same time.
 *
 * @example
 * ```ts
 * import { connectUnix, controls, findSocket, messages } from 'ctdbts/wire'
 *
 * using client = await connectUnix(findSocket(undefined, process.env), { timeoutMs: 5000 })
 * const nodes = await client.control(controls.getNodeMap)
 * const leaders = await client.subscribe(messages.leader)
 * console.log(nodes.length, (await leaders.next(3000))?.data)
 * ```
 */
export class CtdbClient {
  readonly peer: string
  private readonly stream: Duplex
  private readonly frames: FrameSplitter
  private readonly timeoutMs: number
  private readonly maxQueuedBytes: number
  private readonly requests = new PendingRequests<ReplyPacket>()
  private readonly calls = new PendingRequests<CallReplyPacket>()
  private readonly subscriptions: Subscriptions
  private source = SOURCE_UNKNOWN
  private readonly ending = new AbortController()
  private corked = false

  constructor(stream: Duplex, options: ClientOptions) {
    this.stream = stream
    this.peer = options.peer
    this.timeoutMs = options.timeoutMs ?? 10_000
    this.maxQueuedBytes = options.maxQueuedBytes ?? 16 * 1024 * 1024
    this.frames = new FrameSplitter(measurePacket, options.maxFrameBytes ?? 16 * 1024 * 1024)
    this.subscriptions = new Subscriptions({
      register: (srvid) => this.control(controls.registerSrvid, { srvid }),
      deregister: (srvid) => this.deregister(srvid),
      pause: () => stream.pause(),
      resume: () => stream.resume(),
    })
    stream.on('data', (chunk: Uint8Array) => this.receive(chunk))
    stream.on('error', (cause) => this.end(ClosedError.broken(this.peer, cause)))
    stream.on('end', () => this.end(ClosedError.byPeer(this.peer, this.frames.bufferedBytes)))
    stream.on('close', () => this.end(ClosedError.byPeer(this.peer, this.frames.bufferedBytes)))
  }

  /** Whether the connection is open. */
  get isOpen(): boolean {
    return !this.ending.signal.aborted
  }

  /** Aborts when the connection ends; its reason is the ClosedError. */
  get ended(): AbortSignal {
    return this.ending.signal
  }

  /** Number of requests that have not been answered yet. */
  get inFlight(): number {
    return this.requests.size + this.calls.size
  }

  /**
   * Sends a control and waits for its answer.
   * @throws NoAnswerError when the time limit passes, ControlFailedError when the node refuses, ClosedError when the connection
   * ends first, DecodeError when the answer is not what the control's record says, and the signal's reason when it aborts.
   */
  async control<Q, R>(control: Control<Q, R>, options: ControlOptions<Q> = {}): Promise<R> {
    const { to = DESTINATION.CURRENT_NODE, flags = 0, srvid = 0n, timeoutMs = this.timeoutMs, signal } = options
    const data = encode(control.request, options.data as Q)
    const body: PacketBody = { kind: 'control', opcode: control.opcode, srvid, clientId: 0, flags, data }
    if ((flags & CONTROL_FLAG.NO_REPLY) !== 0) {
      this.write(to, this.requests.nextId(), body)
      return undefined as R
    }
    signal?.throwIfAborted()
    const timeoutError = () => new NoAnswerError(control.name, this.named(to), timeoutMs)
    if (timeoutMs <= 0) throw timeoutError()
    const reply = await this.requests.request((id) => this.write(to, id, body), { timeoutMs, timeoutError, signal })
    if (control.isRefusal(reply.status)) {
      throw new ControlFailedError(control.name, this.named(to), reply.status, reply.errorText)
    }
    return control.readReply(reply)
  }

  /** Asks for the PNN of the node at the other end. From then on it is the source in our packets. */
  async pnn(options: Pick<ControlOptions<void>, 'timeoutMs' | 'signal'> = {}): Promise<number> {
    this.source = await this.control(controls.getPnn, options)
    return this.source
  }

  /**
   * Moves a record of a volatile database to the daemon at the other end, and waits until it is there. Like ctdb, for as long as it takes:
   * the signal limits the time.
   * @returns the status of the answer: 0, or a failure.
   * @throws ClosedError when the connection ends first; the signal's reason.
   */
  async migrate(
    { databaseId, key }: { readonly databaseId: number; readonly key: Uint8Array },
    { readOnly = false, signal }: { readonly readOnly?: boolean; readonly signal?: AbortSignal | undefined } = {},
  ): Promise<number> {
    signal?.throwIfAborted()
    const flags = CALL_FLAG.IMMEDIATE_MIGRATION | (readOnly ? CALL_FLAG.WANT_READONLY : 0)
    const body: PacketBody = { kind: 'call', flags, databaseId, callId: CALL.NULL, key, data: new Uint8Array() }
    const send = (id: number) => this.write(DESTINATION.CURRENT_NODE, id, body)
    const timeoutError = () => new NoAnswerError('CALL', this.named(DESTINATION.CURRENT_NODE), MAX_TIMER_MS)
    const reply = await this.calls.request(send, { timeoutMs: MAX_TIMER_MS, timeoutError, signal })
    return reply.kind === 'callError' && reply.status === 0 ? -1 : reply.status
  }

  /** Sends a message to the listeners of `kind.srvid` on a node, or on several (`DESTINATION`). There is no confirmation. */
  send<D>(kind: MessageKind<D>, to: number, data: D): void {
    this.write(to, 0, { kind: 'message', srvid: kind.srvid, data: encode(kind.data, data) })
  }

  /** Resolves when the daemon has taken enough of what was sent that more can be; at once if it keeps up. @throws ClosedError. */
  async drained(): Promise<void> {
    if (this.stream.writableNeedDrain) await once(this.stream, 'drain', { signal: this.ended }).catch(() => {})
    this.ended.throwIfAborted()
  }

  /**
   * Receives the messages of one kind until the subscription is closed. Resolves when the daemon has registered the subscription; no
   * message sent after that is missed.
   * @throws as `control` does.
   */
  async subscribe<D>(kind: MessageKind<D>, options: SubscriptionOptions<D> = {}): Promise<Subscription<D>> {
    return await this.subscriptions.add(kind, options)
  }

  /** Ends the connection. Pending requests and subscriptions fail with a ClosedError. */
  close(): void {
    this.end(ClosedError.byUs(this.peer))
  }

  /** The same as {@link close}, for `using`. */
  [Symbol.dispose](): void {
    this.close()
  }

  /** The name of a destination in errors: its PNN, if known. */
  private named(to: number): Destination {
    if (to !== DESTINATION.CURRENT_NODE) return to
    return this.source === SOURCE_UNKNOWN ? 'local' : this.source
  }

  private write(to: number, requestId: number, body: PacketBody): void {
    this.ended.throwIfAborted()
    const packet = encodePacket({ destination: to, source: this.source, requestId }, body)
    if (this.stream.writableLength + packet.length > this.maxQueuedBytes) {
      throw new CtdbtsError(
        'QUEUE_FULL',
        `${this.peer} does not read: ${this.stream.writableLength} bytes are waiting to be sent`,
      )
    }
    // All packets of one turn of the event loop are sent in one system call.
    if (!this.corked) {
      this.corked = true
      this.stream.cork()
      process.nextTick(() => {
        this.corked = false
        this.stream.uncork()
      })
    }
    this.stream.write(packet)
  }

  private receive(chunk: Uint8Array): void {
    try {
      for (const frame of this.frames.push(chunk)) this.dispatch(frame)
    } catch (cause) {
      this.end(ClosedError.notCtdb(this.peer, cause))
    }
  }

  private dispatch(frame: Uint8Array): void {
    if (!this.isOpen) return
    const packet = decodePacket(frame)
    if (packet.kind === 'reply') this.requests.settle(packet.header.requestId, packet)
    if (packet.kind === 'callReply' || packet.kind === 'callError') this.calls.settle(packet.header.requestId, packet)
    if (packet.kind === 'message') this.subscriptions.deliver(packet)
  }

  private deregister(srvid: bigint): void {
    // The daemon forgets the connection's srvids by itself when the connection ends, so a failure here changes nothing.
    if (this.isOpen) this.control(controls.deregisterSrvid, { srvid }).catch(() => {})
  }

  private end(error: ClosedError): void {
    if (!this.isOpen) return
    this.ending.abort(error)
    this.requests.failAll(error)
    this.calls.failAll(error)
    this.subscriptions.failAll(error)
    this.stream.destroy()
  }
}
