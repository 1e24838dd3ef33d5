/** Delay after an event: events seldom come alone. */
const SOON_MS = 80
/** The rest between two samples is half the duration of the last one, but at most this. */
const LONGEST_REST_MS = 1_000

/** A timer may fire this much too early, by the monotonic clock. */
export const EARLY_MS = 2

/** Schedules samples: at an interval, and soon after events; never two at the same time. Times are of the monotonic clock. */
export class SampleSchedule implements Disposable {
  private readonly takeSample: () => Promise<void>
  private intervalMs: number
  private timer: NodeJS.Timeout | undefined
  private isPaused = false
  private isClosed = false
  private startedMs = Number.NEGATIVE_INFINITY
  private restUntilMs = Number.NEGATIVE_INFINITY
  private isSampling = false
  private isForced = false
  private soonAtMs = Number.POSITIVE_INFINITY
  private laterAtMs = Number.POSITIVE_INFINITY

  constructor(intervalMs: number, takeSample: () => Promise<void>) {
    this.intervalMs = intervalMs
    this.takeSample = takeSample
  }

  /** Takes a sample soon, because something happened. Any number of calls during a sample lead to one more. */
  soon(): void {
    if (this.soonAtMs !== Number.POSITIVE_INFINITY) return
    this.soonAtMs = performance.now() + SOON_MS
    this.arrange()
  }

  /** Takes a sample at that time at the latest, instead of the time given in the previous call. */
  later(atMs: number): void {
    this.laterAtMs = atMs
    this.arrange()
  }

  /** Takes a sample as soon as possible, paused or not. */
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

  get paused(): boolean {
    return this.isPaused
  }

  [Symbol.dispose](): void {
    this.isClosed = true
    clearTimeout(this.timer)
  }

  private arrange(): void {
    clearTimeout(this.timer)
    if (this.isClosed || this.isSampling || (this.isPaused && !this.isForced)) return
    const dueMs = Math.min(this.startedMs + this.intervalMs, this.soonAtMs, this.laterAtMs)
    const waitMs = Math.max(dueMs, this.isForced ? 0 : this.restUntilMs) - performance.now()
    this.timer = setTimeout(() => void this.run(), Math.max(0, waitMs))
  }

  /** A bug in the sample ends in an unhandled rejection. */
  private async run(): Promise<void> {
    this.startedMs = performance.now()
    this.isSampling = true
    this.isForced = false
    this.soonAtMs = Number.POSITIVE_INFINITY
    if (this.laterAtMs <= this.startedMs + EARLY_MS) this.laterAtMs = Number.POSITIVE_INFINITY
    try {
      await this.takeSample()
    } finally {
      this.isSampling = false
      const endMs = performance.now()
      this.restUntilMs = endMs + Math.min(LONGEST_REST_MS, (endMs - this.startedMs) / 2)
      this.arrange()
    }
  }
}
