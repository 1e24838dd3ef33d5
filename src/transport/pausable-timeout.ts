/** A time limit that pauses while a user is asked. */
export class PausableTimeout implements Disposable {
  /** Aborts when the time has passed. */
  readonly signal: AbortSignal
  private readonly over = new AbortController()
  private timer: NodeJS.Timeout | undefined
  private remainingMs: number
  private startedAt = 0
  private pauses = 0

  constructor(timeoutMs: number) {
    this.signal = this.over.signal
    this.remainingMs = timeoutMs
    this.start()
  }

  /** The result of a promise. @throws the signal's reason when the time passes first. */
  async limit<T>(promise: Promise<T>): Promise<T> {
    const { promise: over, reject } = Promise.withResolvers<never>()
    const expire = () => reject(this.signal.reason)
    if (this.signal.aborted) expire()
    this.signal.addEventListener('abort', expire)
    try {
      return await Promise.race([promise, over])
    } finally {
      this.signal.removeEventListener('abort', expire)
    }
  }

  /** Pauses the limit while `wait` runs. */
  readonly pausedFor = async <T>(wait: () => Promise<T>): Promise<T> => {
    if (this.pauses++ === 0) this.stop()
    try {
      return await wait()
    } finally {
      if (--this.pauses === 0) this.start()
    }
  };

  [Symbol.dispose](): void {
    this.stop()
    // So that nothing starts it again.
    this.pauses++
  }

  private start(): void {
    this.startedAt = performance.now()
    this.timer = setTimeout(() => this.over.abort(), this.remainingMs)
  }

  private stop(): void {
    clearTimeout(this.timer)
    this.remainingMs = Math.max(0, this.remainingMs - (performance.now() - this.startedAt))
  }
}
