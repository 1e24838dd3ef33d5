const BEAT_MS = 1_000
/** A beat that is this late means that the process was suspended (SIGSTOP), or too busy to do anything else. */
const LATE_MS = 2_500

/** Detects that this process was suspended. Time limits that passed meanwhile say nothing about the nodes. */
export class SuspensionDetector implements Disposable {
  private lastBeatMs = performance.now()
  private resumedAtMs = Number.NEGATIVE_INFINITY
  private readonly timer = setInterval(() => this.beat(), BEAT_MS)

  /** Whether the process was suspended after `atMs` (of `performance.now()`). */
  wasSuspendedSince(atMs: number): boolean {
    this.beat()
    return this.resumedAtMs >= atMs
  }

  [Symbol.dispose](): void {
    clearInterval(this.timer)
  }

  private beat(): void {
    const nowMs = performance.now()
    if (nowMs - this.lastBeatMs > LATE_MS) this.resumedAtMs = nowMs
    this.lastBeatMs = nowMs
  }
}
