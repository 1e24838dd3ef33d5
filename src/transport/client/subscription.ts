import { CtdbtsError } from '../../lib/errors.ts'
import { MAX_TIMER_MS } from '../../lib/timers.ts'
import { decode } from '../../lib/wire/codec.ts'
import type { MessageKind } from '../../lib/wire/messages.ts'
import type { MessagePacket } from '../../lib/wire/packet.ts'

/** A message that has arrived. */
export interface Received<Data> {
  /** PNN of the node that sent it. */
  readonly from: number
  readonly data: Data
}

/** How messages are received. */
export interface SubscriptionOptions<Data> {
  readonly signal?: AbortSignal | undefined
  /** Limit for the bytes of unread messages: 1 MiB unless given. */
  readonly maxQueuedBytes?: number
  /**
   * What happens beyond that limit: the subscription ends with an error, as messages would be lost (`fail`, the default); or the client
   * reads nothing more from the daemon until half of them are read (`wait`), which also delays all other answers.
   */
  readonly whenFull?: 'fail' | 'wait'
  /** Called with each message at once, in order of arrival across all kinds; messages are then not queued. */
  readonly onMessage?: ((message: Received<Data>) => void) | undefined
}

/** The messages of one kind as they arrive: `for await (const { from, data } of subscription)`. Made by {@link CtdbClient.subscribe}. */
export interface Subscription<Data> extends AsyncIterable<Received<Data>> {
  readonly kind: MessageKind<Data>
  /**
   * The next message, waiting for it if need be; undefined when none comes in time, or when the subscription was closed.
   * @param timeoutMs milliseconds to wait; no limit unless given.
   * @throws what the subscription was ended with, once all that came before is read.
   */
  next(timeoutMs?: number): Promise<Received<Data> | undefined>
  /** The next message that has arrived already; undefined if there is none. Quicker than `next` where there are many. */
  take(): Received<Data> | undefined
  /** Ends the subscription; the daemon is told when nobody else listens. */
  close(): void
  /** The messages in the order of arrival. Leaving the loop closes the subscription. */
  [Symbol.asyncIterator](): AsyncGenerator<Received<Data>, void>
}

/** Stops and continues the reading from the daemon. */
export interface Flow {
  pause(): void
  resume(): void
}

/** A subscription as the client sees it, which puts the messages in. */
export class MessageQueue<Data> implements Subscription<Data> {
  readonly kind: MessageKind<Data>
  private readonly onClose: (queue: MessageQueue<Data>) => void
  private readonly maxQueuedBytes: number
  private readonly onMessage: ((message: Received<Data>) => void) | undefined
  /** Absent if a full queue is an error. */
  private readonly flow: Flow | undefined
  private isPaused = false
  private readonly queue: { readonly message: Received<Data>; readonly bytes: number }[] = []
  private queuedBytes = 0
  private wake: (() => void) | undefined
  private error: unknown
  private closed = false

  constructor(
    kind: MessageKind<Data>,
    onClose: (queue: MessageQueue<Data>) => void,
    options: SubscriptionOptions<Data>,
    flow: Flow,
  ) {
    this.kind = kind
    this.onClose = onClose
    this.maxQueuedBytes = options.maxQueuedBytes ?? 1 << 20
    this.onMessage = options.onMessage
    this.flow = options.whenFull === 'wait' ? flow : undefined
    options.signal?.addEventListener('abort', () => this.fail(options.signal?.reason), { once: true })
  }

  /** Called by the client. Ignores a message that does not have the layout of its kind, as ctdb does. */
  deliver(packet: MessagePacket): void {
    if (this.closed) return
    let message: Received<Data>
    try {
      message = { from: packet.header.source, data: decode(this.kind.data, packet.data) }
    } catch {
      return
    }
    if (this.onMessage) this.passOn(message, this.onMessage)
    else this.enqueue(message, packet.header.length)
  }

  /** Ends the subscription with an error. The reader gets the queued messages first. */
  fail(error: unknown): void {
    this.error ??= error
    this.close()
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.resume()
    this.onClose(this)
    this.wake?.()
  }

  async next(timeoutMs = MAX_TIMER_MS): Promise<Received<Data> | undefined> {
    const deadline = performance.now() + timeoutMs
    for (;;) {
      const first = this.take()
      if (first) return first
      if (this.error !== undefined) throw this.error
      const leftMs = deadline - performance.now()
      if (this.closed || leftMs <= 0) return undefined
      await this.newMessageOrEnd(leftMs)
    }
  }

  take(): Received<Data> | undefined {
    const first = this.queue.shift()
    if (!first) return undefined
    this.queuedBytes -= first.bytes
    if (this.queuedBytes <= this.maxQueuedBytes / 2) this.resume()
    return first.message
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Received<Data>, void> {
    try {
      for (let message = await this.next(); message; message = await this.next()) yield message
    } finally {
      this.close()
    }
  }

  private enqueue(message: Received<Data>, bytes: number): void {
    this.queue.push({ message, bytes })
    this.queuedBytes += bytes
    if (this.queuedBytes > this.maxQueuedBytes && this.flow) this.pause(this.flow)
    else if (this.queuedBytes > this.maxQueuedBytes) {
      this.fail(new CtdbtsError('OVERFLOW', `${this.queuedBytes} bytes of ${this.kind.name} messages were not read in time`))
    }
    this.wake?.()
  }

  private pause(flow: Flow): void {
    this.isPaused = true
    // Each time: another subscription that was full too may have resumed since.
    flow.pause()
  }

  private resume(): void {
    if (!this.isPaused) return
    this.isPaused = false
    this.flow?.resume()
  }

  private passOn(message: Received<Data>, onMessage: (message: Received<Data>) => void): void {
    try {
      onMessage(message)
    } catch (error) {
      // A bug of the listener, not of the daemon that sent the message.
      queueMicrotask(() => {
        throw error
      })
    }
  }

  private async newMessageOrEnd(withinMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(withinMs, MAX_TIMER_MS))
      this.wake = () => {
        // Once, however many messages come before the reader continues.
        this.wake = undefined
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
