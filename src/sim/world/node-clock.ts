import type { Clock } from '../process/clock.ts'

interface Appointment {
  /** By this clock. */
  readonly atMs: number
  readonly action: () => void
  cancel(): void
}

/**
 * The clock of a machine: that of the world, unless somebody sets it. The timers of ctdbd follow the time of day (tevent reads gettimeofday),
 * so they end earlier when the clock is set forward, and nothing is due for as long as it is set back.
 */
export class NodeClock implements Clock {
  private readonly world: Clock
  private aheadMs = 0
  private readonly appointments = new Set<Appointment>()

  constructor(world: Clock) {
    this.world = world
  }

  get nowMs(): number {
    return this.world.nowMs + this.aheadMs
  }

  after(delayMs: number, action: () => void): () => void {
    const appointment: Appointment = { atMs: this.nowMs + Math.max(0, delayMs), action, cancel: () => {} }
    this.schedule(appointment)
    return () => {
      appointment.cancel()
      this.appointments.delete(appointment)
    }
  }

  /** Sets it to a time ahead of the world's; behind it, if the number is negative. */
  set(aheadMs: number): void {
    if (aheadMs === this.aheadMs) return
    this.aheadMs = aheadMs
    for (const appointment of [...this.appointments].toSorted((a, b) => a.atMs - b.atMs)) {
      appointment.cancel()
      this.schedule(appointment)
    }
  }

  private schedule(appointment: Appointment): void {
    this.appointments.add(appointment)
    appointment.cancel = this.world.after(appointment.atMs - this.nowMs, () => {
      this.appointments.delete(appointment)
      appointment.action()
    })
  }
}
