import { PriorityQueue } from './priority-queue.ts'

/** Where time comes from. Milliseconds since 1970. */
export interface Clock {
  readonly nowMs: number
  /** Does something later; what is due at the same moment is done in the order in which it was asked for. Returns how to call it off. */
  after(delayMs: number, action: () => void): () => void
}

interface Appointment {
  readonly atMs: number
  readonly order: number
  readonly action: () => void
  cancelled: boolean
  done: boolean
}

/** Time limits are mostly called off long before they are due: when so many, and more than half of all, are, they are thrown out. */
const MANY_CANCELLED = 1_000

/** A clock that stands still until it is told to go on: simulated hours pass as fast as their events can be worked off. */
export class VirtualClock implements Clock {
  nowMs: number
  private readonly appointments = new PriorityQueue<Appointment>((a, b) => a.atMs - b.atMs || a.order - b.order)
  private asked = 0
  private cancelled = 0

  constructor(startMs: number) {
    this.nowMs = startMs
  }

  /** When the next thing is due; undefined when nothing is. */
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

  /** Works off all that is due until this moment, and sets the clock to it. */
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
