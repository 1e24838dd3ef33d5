import { CtdbtsError } from '../../lib/errors.ts'
import type { VirtualClock } from '../../lib/process/clock.ts'
import { MAX_TIMER_MS } from '../../lib/timers.ts'

/** For so long the simulation may keep the process from hearing signals and clients. */
const LONGEST_TURN_MS = 50

/** Lets a simulated world's clock go along with the real one, as fast, or so many times faster. */
export class ClockDriver {
  private readonly clock: VirtualClock
  private readonly onError: (error: unknown) => void
  private speed: number
  private timer: NodeJS.Timeout | undefined
  private running = false
  private closed = false
  /** Where both clocks stood when they began to go along. Milliseconds. */
  private realStartMs = 0
  private virtualStartMs = 0

  /** @param onError told of what goes wrong in the world while nobody from outside has entered it: a bug. */
  constructor(clock: VirtualClock, speed: number, onError: (error: unknown) => void) {
    this.clock = clock
    this.speed = speed
    this.onError = onError
  }

  /** The clock goes from now on. */
  start(speed = this.speed): void {
    this.catchUp()
    this.speed = speed
    this.realStartMs = performance.now()
    this.virtualStartMs = this.clock.nowMs
    this.running = true
    this.schedule()
  }

  /** The clock stands. */
  stop(): void {
    this.catchUp()
    this.running = false
    clearTimeout(this.timer)
  }

  /** The clock stands for good, and nothing from outside gets in any more. */
  close(): void {
    this.running = false
    this.closed = true
    clearTimeout(this.timer)
  }

  /** Does something to the world that comes from outside of it, at the moment that it is now. @throws the CtdbtsErrors of the action. */
  enter(action: () => void): void {
    if (this.closed) return
    try {
      this.catchUp()
      action()
      this.schedule()
    } catch (error) {
      this.schedule()
      // What a user can do wrong is his to hear of.
      if (error instanceof CtdbtsError) throw error
      this.close()
      this.onError(error)
    }
  }

  private get virtualNowMs(): number {
    return this.virtualStartMs + (performance.now() - this.realStartMs) * this.speed
  }

  private catchUp(): void {
    if (!this.running) return
    const target = this.virtualNowMs
    const stopAtMs = performance.now() + LONGEST_TURN_MS
    for (let at = this.clock.nextAtMs; at !== undefined && at <= target; at = this.clock.nextAtMs) {
      this.clock.advanceTo(at)
      if (performance.now() < stopAtMs) continue
      // More than this machine can do: the cluster falls behind, rather than that nothing else is heard any more.
      this.realStartMs = performance.now()
      this.virtualStartMs = this.clock.nowMs
      return
    }
    this.clock.advanceTo(target)
  }

  private schedule(): void {
    clearTimeout(this.timer)
    if (!this.running) return
    const nextAtMs = this.clock.nextAtMs
    const waitMs = nextAtMs === undefined ? MAX_TIMER_MS : Math.max(0, (nextAtMs - this.virtualNowMs) / this.speed)
    this.timer = setTimeout(
      () => {
        try {
          this.catchUp()
          this.schedule()
        } catch (error) {
          this.close()
          this.onError(error)
        }
      },
      Math.min(waitMs, MAX_TIMER_MS),
    )
  }
}
