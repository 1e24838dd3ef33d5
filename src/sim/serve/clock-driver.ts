import { CtdbtsError } from '../../lib/errors.ts'
import { MAX_TIMER_MS } from '../../lib/timers.ts'
import type { VirtualClock } from '../process/clock.ts'

/** The longest time that the simulation may block the event loop. */
const LONGEST_TURN_MS = 50

/** Advances a simulated clock with the real one, at the same speed or faster. */
export class ClockDriver {
  private readonly clock: VirtualClock
  private readonly onError: (error: unknown) => void
  private speed: number
  private timer: NodeJS.Timeout | undefined
  private running = false
  private closed = false
  /** The times of both clocks when the driver started. Milliseconds. */
  private realStartMs = 0
  private virtualStartMs = 0

  /** @param onError called with an error in the simulation, which is a bug. */
  constructor(clock: VirtualClock, speed: number, onError: (error: unknown) => void) {
    this.clock = clock
    this.speed = speed
    this.onError = onError
  }

  /** Starts the clock. */
  start(speed = this.speed): void {
    this.catchUp()
    this.speed = speed
    this.realStartMs = performance.now()
    this.virtualStartMs = this.clock.nowMs
    this.running = true
    this.schedule()
  }

  /** Stops the clock. */
  stop(): void {
    this.catchUp()
    this.running = false
    clearTimeout(this.timer)
  }

  /** Stops the clock for good, and ignores later calls of `enter`. */
  close(): void {
    this.running = false
    this.closed = true
    clearTimeout(this.timer)
  }

  /** Runs an action on the simulated world at its current time. @throws the CtdbtsErrors of the action. */
  enter(action: () => void): void {
    if (this.closed) return
    try {
      this.catchUp()
      action()
      this.schedule()
    } catch (error) {
      this.schedule()
      // A CtdbtsError is a mistake of the user, and anything else a bug.
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
      // The machine is too slow for this speed. The cluster falls behind, so that the event loop is not blocked.
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
