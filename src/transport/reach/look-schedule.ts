/** After something happened, so much more is waited for: it seldom comes alone. */
const SOON_MS = 80
/** Between two looks there is at least half the time that one took, but not more than this. */
const LONGEST_REST_MS = 1_000

/** A timer may end by so much too early, by the monotonic clock. */
export const EARLY_MS = 2

/** When to look: at an interval, and soon after something happened; never twice at the same time. Times are of the monotonic clock. */
export class LookSchedule implements Disposable {
  private readonly look: () => Promise<void>
  private intervalMs: number
  private timer: NodeJS.Timeout | undefined
  private isPaused = false
  private isClosed = false
  private beganMs = Number.NEGATIVE_INFINITY
  private restUntilMs = Number.NEGATIVE_INFINITY
  private isLooking = false
  private isForced = false
  private soonAtMs = Number.POSITIVE_INFINITY
  private laterAtMs = Number.POSITIVE_INFINITY

  constructor(intervalMs: number, look: () => Promise<void>) {
    this.intervalMs = intervalMs
    this.look = look
  }

  /** Something happened: looks soon. While one look is under way, however often this is said, one more follows. */
  soon(): void {
    if (this.soonAtMs !== Number.POSITIVE_INFINITY) return
    this.soonAtMs = performance.now() + SOON_MS
    this.arrange()
  }

  /** Looks at that time at the latest; instead of what was last said so. */
  later(atMs: number): void {
    this.laterAtMs = atMs
    this.arrange()
  }

  /** Looks as soon as it can, paused or not. */
  now(): void {
    this.isForced = true
    this.soonAtMs = performance.now()
    this.arrange()
  }

  setInterval(intervalMs: number): void {
    this.intervalMs = intervalMs
    this.arrange()
  }

  pause(): void {
    this.isPaused = true
    this.arrange()
  }

  resume(): void {
    this.isPaused = false
    this.arrange()
  }

  [Symbol.dispose](): void {
    this.isClosed = true
    clearTimeout(this.timer)
  }

  private arrange(): void {
    clearTimeout(this.timer)
    if (this.isClosed || this.isLooking || (this.isPaused && !this.isForced)) return
    const dueMs = Math.min(this.beganMs + this.intervalMs, this.soonAtMs, this.laterAtMs)
    const waitMs = Math.max(dueMs, this.isForced ? 0 : this.restUntilMs) - performance.now()
    this.timer = setTimeout(() => void this.run(), Math.max(0, waitMs))
  }

  /** A bug in the look is thrown, from nobody's call. */
  private async run(): Promise<void> {
    this.beganMs = performance.now()
    this.isLooking = true
    this.isForced = false
    this.soonAtMs = Number.POSITIVE_INFINITY
    if (this.laterAtMs <= this.beganMs + EARLY_MS) this.laterAtMs = Number.POSITIVE_INFINITY
    try {
      await this.look()
    } finally {
      this.isLooking = false
      const endMs = performance.now()
      this.restUntilMs = endMs + Math.min(LONGEST_REST_MS, (endMs - this.beganMs) / 2)
      this.arrange()
    }
  }
}
