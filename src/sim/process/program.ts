import type { Clock } from './clock.ts'
import type { Process, Wait } from './wait.ts'

/** How a process ended. */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: unknown }

/**
 * A running program of a simulated node, which can be stopped and continued (SIGSTOP, SIGCONT), and killed. Everything that happens in it
 * goes through `do`: a stopped program queues its actions, and a killed one drops them.
 */
export class Program {
  private readonly clock: Clock
  private readonly onBug: (error: unknown) => void
  private state: 'runs' | 'stopped' | 'dead' = 'runs'
  private backlog: (() => void)[] = []

  /** @param onBug called with the error of a process that nobody waits for. */
  constructor(clock: Clock, onBug: (error: unknown) => void) {
    this.clock = clock
    this.onBug = onBug
  }

  get nowMs(): number {
    return this.clock.nowMs
  }

  get runs(): boolean {
    return this.state === 'runs'
  }

  get isDead(): boolean {
    return this.state === 'dead'
  }

  stop(): void {
    if (this.state === 'runs') this.state = 'stopped'
  }

  continue(): void {
    if (this.state !== 'stopped') return
    this.state = 'runs'
    const { backlog } = this
    this.backlog = []
    for (const action of backlog) this.do(action)
  }

  kill(): void {
    this.state = 'dead'
    this.backlog = []
  }

  /** Runs an action in this program: now, when it is continued, or never. */
  do(action: () => void): void {
    if (this.state === 'runs') action()
    else if (this.state === 'stopped') this.backlog.push(action)
  }

  /** A function that always runs in this program, whoever calls it. */
  guard<A extends unknown[]>(action: (...args: A) => void): (...args: A) => void {
    return (...args) => this.do(() => action(...args))
  }

  /** Schedules an action. It can still be cancelled when it became due while the program was stopped. */
  after(delayMs: number, action: () => void): () => void {
    let calledOff = false
    const cancel = this.clock.after(
      delayMs,
      this.guard(() => {
        if (!calledOff) action()
      }),
    )
    return () => {
      calledOff = true
      cancel()
    }
  }

  sleep(durationMs: number): Wait<void> {
    return (done) => this.after(durationMs, done)
  }

  /** Starts a process. An error in it is a bug, unless `ended` handles it. */
  start<T>(process: Process<T>, ended: (outcome: Outcome<T>) => void = this.reportBug): void {
    this.do(() => this.step(process, { ok: true, value: undefined }, ended))
  }

  /** Runs several processes concurrently, and waits for all. The outcomes have the order of the processes. */
  all<T>(processes: readonly Process<T>[]): Wait<Outcome<T>[]> {
    return (done) => {
      const outcomes: Outcome<T>[] = []
      let running = processes.length
      if (running === 0) done([])
      processes.forEach((process, index) => {
        this.start(process, (outcome) => {
          outcomes[index] = outcome
          running -= 1
          if (running === 0) done(outcomes)
        })
      })
      return undefined
    }
  }

  private readonly reportBug = (outcome: Outcome<unknown>): void => {
    if (!outcome.ok) this.onBug(outcome.error)
  }

  /** Runs a process until it has to wait. Waits that are over at once are handled in a loop, because recursion would overflow the stack. */
  private step<T>(process: Process<T>, with_: Outcome<unknown>, ended: (outcome: Outcome<T>) => void): void {
    let next: Outcome<unknown> | undefined = with_
    while (next) {
      let result: IteratorResult<Wait<unknown>, T>
      try {
        result = next.ok ? process.next(next.value) : process.throw(next.error)
      } catch (error) {
        ended({ ok: false, error })
        return
      }
      if (result.done) {
        ended({ ok: true, value: result.value })
        return
      }
      next = this.wait(result.value, (outcome) => this.step(process, outcome, ended))
    }
  }

  /** Starts a wait. Returns its outcome when it is over at once; otherwise calls `later` once. */
  private wait(wait: Wait<unknown>, later: (outcome: Outcome<unknown>) => void): Outcome<unknown> | undefined {
    let starting = true
    let first: Outcome<unknown> | undefined
    let over = false
    const settle = (outcome: Outcome<unknown>) => {
      if (over) return
      over = true
      if (starting && this.runs) first = outcome
      else this.do(() => later(outcome))
    }
    wait(
      (value) => settle({ ok: true, value }),
      (error) => settle({ ok: false, error }),
    )
    starting = false
    return first
  }
}
