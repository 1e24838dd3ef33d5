import { CtdbtsError } from '../lib/errors.ts'
import { MAX_TIMER_MS } from '../lib/timers.ts'
import { decode } from './wire/codec.ts'
import type { MessageKind } from './wire/messages.ts'
import type { MessagePacket } from './wire/packet.ts'

/** A message as it came in. */
export interface Received<Data> {
  /** PNN of the node that sent it. */
  readonly from: number
  readonly data: Data
}

export interface SubscriptionOptions<Data> {
  readonly signal?: AbortSignal | undefined
  /** How many bytes of messages may wait to be read; more end the subscription with an error, as messages would be lost. */
  readonly maxQueuedBytes?: number
  /** Given each message at once, in the order in which they come, whatever their kinds; then nothing waits to be read. */
  readonly onMessage?: ((message: Received<Data>) => void) | undefined
}

/** The messages of one kind as they arrive: `for await (const { from, data } of subscription)`. */
export class Subscription<Data> implements AsyncIterable<Received<Data>> {
  readonly kind: MessageKind<Data>
  private readonly onClose: (subscription: Subscription<Data>) => void
  private readonly maxQueuedBytes: number
  private readonly onMessage: ((message: Received<Data>) => void) | undefined
  private readonly queue: { readonly message: Received<Data>; readonly bytes: number }[] = []
  private queuedBytes = 0
  private wake: (() => void) | undefined
  private error: unknown
  private closed = false

  constructor(kind: MessageKind<Data>, onClose: (subscription: Subscription<Data>) => void, options: SubscriptionOptions<Data>) {
    this.kind = kind
    this.onClose = onClose
    this.maxQueuedBytes = options.maxQueuedBytes ?? 1 << 20
    this.onMessage = options.onMessage
    options.signal?.addEventListener('abort', () => this.fail(options.signal?.reason), { once: true })
  }

  /** Called by the client. A message that is not what its kind says is ignored, as the real tool does. */
  deliver(packet: MessagePacket): void {
    if (this.closed) return
    let message: Received<Data>
    try {
      message = { from: packet.header.source, data: decode(this.kind.data, packet.data) }
    } catch {
      return
    }
    if (this.onMessage) this.hand(message, this.onMessage)
    else this.queueUp(message, packet.header.length)
  }

  /** Ends the subscription with an error, which the reader gets after what is queued. */
  fail(error: unknown): void {
    this.error ??= error
    this.close()
  }

  /** Ends the subscription; the daemon is told when nobody else listens. */
  close(): void {
    if (this.closed) return
    this.closed = true
    this.onClose(this)
    this.wake?.()
  }

  /**
   * The next message, waiting for it if need be; undefined when none comes in time, or when the subscription was closed.
   * @throws what the subscription was ended with, once all that came before is read.
   */
  async next(timeoutMs = MAX_TIMER_MS): Promise<Received<Data> | undefined> {
    const deadline = performance.now() + timeoutMs
    for (;;) {
      const first = this.queue.shift()
      if (first) {
        this.queuedBytes -= first.bytes
        return first.message
      }
      if (this.error !== undefined) throw this.error
      const leftMs = deadline - performance.now()
      if (this.closed || leftMs <= 0) return undefined
      await this.somethingNew(leftMs)
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Received<Data>, void> {
    try {
      for (let message = await this.next(); message; message = await this.next()) yield message
    } finally {
      this.close()
    }
  }

  private queueUp(message: Received<Data>, bytes: number): void {
    this.queue.push({ message, bytes })
    this.queuedBytes += bytes
    if (this.queuedBytes > this.maxQueuedBytes) {
      this.fail(new CtdbtsError('OVERFLOW', `${this.queuedBytes} bytes of messages ${this.kind.name} wait to be read`))
    }
    this.wake?.()
  }

  private hand(message: Received<Data>, onMessage: (message: Received<Data>) => void): void {
    try {
      onMessage(message)
    } catch (error) {
      // A bug of whoever listens, not of the daemon that sent the message.
      queueMicrotask(() => {
        throw error
      })
    }
  }

  private async somethingNew(withinMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(withinMs, MAX_TIMER_MS))
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
