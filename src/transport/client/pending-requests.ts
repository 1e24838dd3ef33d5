import { MAX_TIMER_MS } from '../../lib/timers.ts'

interface Waiter<Reply> {
  readonly settle: (reply: Reply) => void
  readonly fail: (error: unknown) => void
}

export interface RequestLimits {
  readonly timeoutMs: number
  /** Makes the error for a request that is not answered in time. */
  readonly timeoutError: () => Error
  readonly signal?: AbortSignal | undefined
}

/** Matches replies to the requests of one connection by their ids, in whatever order they arrive. */
export class PendingRequests<Reply> {
  private readonly waiters = new Map<number, Waiter<Reply>>()
  private lastId = 0

  /** Number of requests that have not been answered yet. */
  get size(): number {
    return this.waiters.size
  }

  /** An id that no pending request has; never 0. */
  nextId(): number {
    do {
      this.lastId = (this.lastId + 1) >>> 0
    } while (this.lastId === 0 || this.waiters.has(this.lastId))
    return this.lastId
  }

  /**
   * Sends a request and waits for its reply.
   * @throws the timeout error; what `send` throws; the signal's reason; the error given to `failAll`.
   */
  request(send: (id: number) => void, { timeoutMs, timeoutError, signal }: RequestLimits): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const id = this.nextId()
      const finish = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', aborted)
        this.waiters.delete(id)
      }
      const fail = (error: unknown) => {
        finish()
        reject(error)
      }
      const settle = (reply: Reply) => {
        finish()
        resolve(reply)
      }
      const aborted = () => fail(signal?.reason)
      const timer = setTimeout(() => fail(timeoutError()), Math.min(timeoutMs, MAX_TIMER_MS))
      signal?.addEventListener('abort', aborted, { once: true })
      this.waiters.set(id, { settle, fail })
      try {
        send(id)
      } catch (error) {
        fail(error)
      }
    })
  }

  /** Hands a reply to its request. A reply to no pending request, such as one that comes too late, is dropped. */
  settle(id: number, reply: Reply): void {
    this.waiters.get(id)?.settle(reply)
  }

  /** Ends all pending requests. */
  failAll(error: unknown): void {
    for (const waiter of [...this.waiters.values()]) waiter.fail(error)
  }
}
