const BEAT_MS = 1_000
/** A beat that comes so late tells that the process was stopped meanwhile (SIGSTOP), or could do nothing else. */
const LATE_MS = 2_500

/** Knows whether this process went on all the time: one that did not has passed time limits that nobody else is to blame for. */
export class Wakefulness implements Disposable {
  private lastBeatMs = performance.now()
  private wokeAtMs = Number.NEGATIVE_INFINITY
  private readonly timer = setInterval(() => this.beat(), BEAT_MS)

  /** Whether the process has slept since then. */
  sleptSince(atMs: number): boolean {
    this.beat()
    return this.wokeAtMs >= atMs
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer)
  }

  private beat(): void {
    const nowMs = performance.now()
    if (nowMs - this.lastBeatMs > LATE_MS) this.wokeAtMs = nowMs
    this.lastBeatMs = nowMs
  }
}
