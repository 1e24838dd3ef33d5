import type { Duplex } from 'node:stream'
import { DESTINATION } from '../lib/cluster/srvid.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { MAX_TIMER_MS } from '../lib/timers.ts'
import { ClosedError, ControlFailedError, type Destination, NoAnswerError } from './client-errors.ts'
import { orAborted } from './or-aborted.ts'
import { Subscription, type SubscriptionOptions } from './subscription.ts'
import { decode, encode } from './wire/codec.ts'
import { CONTROL_FLAG, type Control, controls } from './wire/controls.ts'
import { FrameSplitter } from './wire/frames.ts'
import type { MessageKind } from './wire/messages.ts'
import { decodePacket, encodePacket, measurePacket, type PacketBody, type ReplyPacket } from './wire/packet.ts'

/** What a client puts in as its own node before it knows it. */
const SOURCE_UNKNOWN = 0xffff_ffff

export interface ClientOptions {
  /** Where the stream leads to, for error messages: the path of a socket, a host. */
  readonly peer: string
  /** Time limit of a control that gives none itself; 10 s as with `ctdb`. */
  readonly timeoutMs?: number
  /** A packet from the daemon may not be longer. The largest real ones (2,000 addresses) have about 70 KB. */
  readonly maxFrameBytes?: number
  /** How many bytes may wait for a daemon that does not read. */
  readonly maxQueuedBytes?: number
}

export interface ControlOptions<Request> {
  /** PNN of the node that shall answer, or one of `DESTINATION`; the daemon we are connected to unless given. */
  readonly to?: number
  /** The data of the request, where the control has any. */
  readonly data?: Request
  readonly srvid?: bigint
  /** Bits of `CONTROL_FLAG`. */
  readonly flags?: number
  readonly timeoutMs?: number
  readonly signal?: AbortSignal | undefined
}

/** A srvid for which the daemon sends us messages. */
interface Registration {
  readonly listeners: Set<Subscription<unknown>>
  readonly done: Promise<void>
}

interface Waiter {
  settle(reply: ReplyPacket): void
  fail(error: unknown): void
}

/**
 * A client of CTDB's protocol over any duplex stream: a Unix socket, a channel through SSH, a pair of streams in a test. Any number of
 * requests may be under way; answers are matched by their request id, in whatever order they come.
 */
export class CtdbClient {
  readonly peer: string
  private readonly stream: Duplex
  private readonly frames: FrameSplitter
  private readonly timeoutMs: number
  private readonly maxQueuedBytes: number
  private readonly waiters = new Map<number, Waiter>()
  private readonly registrations = new Map<bigint, Registration>()
  private lastRequestId = 0
  private source = SOURCE_UNKNOWN
  private readonly ending = new AbortController()
  private corked = false

  constructor(stream: Duplex, options: ClientOptions) {
    this.stream = stream
    this.peer = options.peer
    this.timeoutMs = options.timeoutMs ?? 10_000
    this.maxQueuedBytes = options.maxQueuedBytes ?? 16 * 1024 * 1024
    this.frames = new FrameSplitter(measurePacket, options.maxFrameBytes ?? 16 * 1024 * 1024)
    stream.on('data', (chunk: Uint8Array) => this.receive(chunk))
    stream.on('error', (cause) => this.end(ClosedError.broken(this.peer, cause)))
    stream.on('end', () => this.end(ClosedError.byPeer(this.peer, this.frames.bufferedBytes)))
    stream.on('close', () => this.end(ClosedError.byPeer(this.peer, this.frames.bufferedBytes)))
  }

  /** Whether anything can still be asked. */
  get isOpen(): boolean {
    return !this.ending.signal.aborted
  }

  /** Aborts when the connection ends; its reason is the ClosedError. */
  get ended(): AbortSignal {
    return this.ending.signal
  }

  /** Requests that have not been answered yet. */
  get inFlight(): number {
    return this.waiters.size
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
      this.write(to, this.nextRequestId(), body)
      return undefined as R
    }
    const reply = await this.request(
      to,
      body,
      () => new NoAnswerError(control.name, this.named(to), timeoutMs),
      timeoutMs,
      signal,
    )
    if (reply.status < 0 || (reply.status !== 0 && control.reply !== 'status')) {
      throw new ControlFailedError(control.name, this.named(to), reply.status, reply.errorText)
    }
    if (control.reply === 'status') return reply.status as R
    return decode(control.reply, reply.data)
  }

  /** The PNN of the node we are connected to; from then on it is named as the source of what we send. */
  async pnn(options: Pick<ControlOptions<void>, 'timeoutMs' | 'signal'> = {}): Promise<number> {
    this.source = await this.control(controls.getPnn, options)
    return this.source
  }

  /** Sends a message to the listeners of `kind.srvid` on a node, or on several (`DESTINATION`). Nothing tells whether it arrived. */
  send<D>(kind: MessageKind<D>, to: number, data: D): void {
    this.write(to, 0, { kind: 'message', srvid: kind.srvid, data: encode(kind.data, data) })
  }

  /**
   * Receives the messages of one kind until the subscription is closed. Resolves when the daemon has registered us, so that nothing
   * sent from then on is missed.
   * @throws as `control` does.
   */
  async subscribe<D>(kind: MessageKind<D>, options: SubscriptionOptions<D> = {}): Promise<Subscription<D>> {
    options.signal?.throwIfAborted()
    const subscription = new Subscription(kind, (closed) => this.unsubscribe(closed as Subscription<unknown>), options)
    const { srvid } = kind
    const registration = this.registrations.get(srvid) ?? {
      listeners: new Set(),
      done: this.control(controls.registerSrvid, { srvid }),
    }
    this.registrations.set(srvid, registration)
    registration.listeners.add(subscription as Subscription<unknown>)
    try {
      await orAborted(registration.done, options.signal)
    } catch (error) {
      // Others may wait for the same, and an abort has told the subscription.
      if (!options.signal?.aborted) this.registrations.delete(srvid)
      subscription.fail(error)
      throw error
    }
    return subscription
  }

  /** Ends the connection. Whoever still waits gets a ClosedError. */
  close(): void {
    this.end(ClosedError.byUs(this.peer))
  }

  [Symbol.dispose](): void {
    this.close()
  }

  /** A destination as errors name it: by its PNN, if that is known by now. */
  private named(to: number): Destination {
    if (to !== DESTINATION.CURRENT_NODE) return to
    return this.source === SOURCE_UNKNOWN ? 'local' : this.source
  }

  private request(
    to: number,
    body: PacketBody,
    noAnswer: () => Error,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<ReplyPacket> {
    return new Promise((resolve, reject) => {
      const requestId = this.nextRequestId()
      const finish = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', aborted)
        this.waiters.delete(requestId)
      }
      const fail = (error: unknown) => {
        finish()
        reject(error)
      }
      const settle = (reply: ReplyPacket) => {
        finish()
        resolve(reply)
      }
      const aborted = () => fail(signal?.reason)
      const timer = setTimeout(() => fail(noAnswer()), Math.min(timeoutMs, MAX_TIMER_MS))
      if (signal?.aborted) return aborted()
      if (timeoutMs <= 0) return fail(noAnswer())
      signal?.addEventListener('abort', aborted, { once: true })
      this.waiters.set(requestId, { settle, fail })
      try {
        this.write(to, requestId, body)
      } catch (error) {
        fail(error)
      }
    })
  }

  private nextRequestId(): number {
    do {
      this.lastRequestId = (this.lastRequestId + 1) >>> 0
    } while (this.lastRequestId === 0 || this.waiters.has(this.lastRequestId))
    return this.lastRequestId
  }

  private write(to: number, requestId: number, body: PacketBody): void {
    this.ended.throwIfAborted()
    const packet = encodePacket({ destination: to, source: this.source, requestId }, body)
    if (this.stream.writableLength + packet.length > this.maxQueuedBytes) {
      throw new CtdbtsError('QUEUE_FULL', `${this.peer} does not read: ${this.stream.writableLength} bytes wait for it`)
    }
    // What is asked in one turn of the event loop leaves in one system call.
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

  /** An answer that nobody waits for (any more) is dropped, and so is a message that nobody listens to. */
  private dispatch(frame: Uint8Array): void {
    if (!this.isOpen) return
    const packet = decodePacket(frame)
    if (packet.kind === 'reply') this.waiters.get(packet.header.requestId)?.settle(packet)
    if (packet.kind === 'message') {
      for (const listener of this.registrations.get(packet.srvid)?.listeners ?? []) listener.deliver(packet)
    }
  }

  private unsubscribe(subscription: Subscription<unknown>): void {
    const { srvid } = subscription.kind
    const listeners = this.registrations.get(srvid)?.listeners
    if (!listeners?.delete(subscription) || listeners.size > 0 || !this.isOpen) return
    this.registrations.delete(srvid)
    // The daemon forgets us by itself when the connection ends, so a failure here changes nothing.
    this.control(controls.deregisterSrvid, { srvid }).catch(() => {})
  }

  private end(error: ClosedError): void {
    if (!this.isOpen) return
    this.ending.abort(error)
    for (const waiter of [...this.waiters.values()]) waiter.fail(error)
    for (const { listeners } of this.registrations.values()) for (const listener of listeners) listener.fail(error)
    this.registrations.clear()
    this.stream.destroy()
  }
}
