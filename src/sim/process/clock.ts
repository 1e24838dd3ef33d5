import { PriorityQueue } from './priority-queue.ts'

/** A source of time, in milliseconds since 1970. */
export interface Clock {
  readonly nowMs: number
  /** Schedules an action. Actions due at the same time run in the order of their scheduling. Returns a function that cancels it. */
  after(delayMs: number, action: () => void): () => void
}

interface Appointment {
  readonly atMs: number
  readonly order: number
  readonly action: () => void
  cancelled: boolean
  done: boolean
}

/** Time limits are mostly cancelled long before they are due. When this many, and more than half of all, are cancelled, they are removed. */
const MANY_CANCELLED = 1_000

/** A clock that only moves when it is advanced: simulated hours pass as fast as their events can be processed. */
export class VirtualClock implements Clock {
  nowMs: number
  private readonly appointments = new PriorityQueue<Appointment>((a, b) => a.atMs - b.atMs || a.order - b.order)
  private asked = 0
  private cancelled = 0

  constructor(startMs: number) {
    this.nowMs = startMs
  }

  /** When the next action is due; undefined when there is none. */
  get nextAtMs(): number | undefined {
    for (let first = this.appointments.first; first?.cancelled; first = this.appointments.first) {
      this.appointments.take()
      this.cancelled -= 1
    }
    return this.appointments.first?.atMs
  }

  after(delayMs: number, action: () => void): () => void {
    const appointment = { atMs: this.nowMs + Math.max(0, delayMs), order: this.asked++, action, cancelled: false, done: false }
    this.appointments.add(appointment)
    return () => this.cancel(appointment)
  }

  /** Runs all actions that are due until this time, and sets the clock to it. */
  advanceTo(untilMs: number): void {
    for (let at = this.nextAtMs; at !== undefined && at <= untilMs; at = this.nextAtMs) {
      this.nowMs = at
      const appointment = this.appointments.take()
      if (!appointment) break
      appointment.done = true
      appointment.action()
    }
    this.nowMs = Math.max(this.nowMs, untilMs)
  }

  advanceBy(durationMs: number): void {
    this.advanceTo(this.nowMs + durationMs)
  }

  private cancel(appointment: Appointment): void {
    if (appointment.cancelled || appointment.done) return
    appointment.cancelled = true
    this.cancelled += 1
    if (this.cancelled < MANY_CANCELLED || this.cancelled * 2 < this.appointments.size) return
    this.appointments.keep(({ cancelled }) => !cancelled)
    this.cancelled = 0
  }
}
