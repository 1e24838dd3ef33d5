import type { Program } from '../process/program.ts'
import { already, type Process, until, type Wait } from '../process/wait.ts'
import { DONE, type ScriptResult } from './kernel.ts'
import type { Log } from './log.ts'

/** The events that CTDB runs its scripts for, as far as addresses and health are concerned. */
export const EVENTS = ['startup', 'monitor', 'takeip', 'releaseip', 'updateip', 'ipreallocated', 'recovered'] as const
export type EventName = (typeof EVENTS)[number]

/** How the scripts of a node behave. */
export interface ScriptBehaviour {
  /** How long an ordinary run takes. */
  delayMs(): number
  /** Events whose scripts fail, without having done anything. */
  readonly failing: Set<EventName>
  /** Milliseconds that the scripts of an event take longer than usual. */
  readonly slowMs: Map<EventName, number>
}

/** How an event ended; scripts that take too long are killed before they have done anything, and so is a health check by any other event. */
export type EventStatus = 'ok' | 'failed' | 'timed out' | 'cancelled'

/** How a run of an event's scripts went, as the event daemon remembers it. */
export interface EventRecord {
  /** Milliseconds since 1970. */
  readonly beganMs: number
  readonly endedMs: number
  /** 0 success; TIMED_OUT; else an exit status. */
  readonly result: number
  /** Lines. */
  readonly output: readonly string[]
}

/** -ETIMEDOUT: what the event daemon says of a script that it has killed for being too slow. Measured with 4.17. */
const TIMED_OUT = -110

/** One event, from when it was asked for. */
interface EventRun {
  readonly event: EventName
  readonly argv: string
  readonly limitMs: number
  readonly work: Wait<ScriptResult>
  cancelled: boolean
  done(status: EventStatus): void
}

/** Runs event scripts, as CTDB's event daemon does: beside the daemon, and at most for the time that the daemon gives them. */
export class EventScripts {
  readonly behaviour: ScriptBehaviour
  private readonly records = new Map<string, EventRecord>()
  private readonly program: Program
  private readonly log: Log
  private readonly oneAtATime: boolean
  private current: EventRun | undefined
  private readonly queue: EventRun[] = []

  /** @param oneAtATime as today's event daemon does it; 2017's daemon ran them side by side. */
  constructor(program: Program, log: Log, behaviour: ScriptBehaviour, oneAtATime = false) {
    this.program = program
    this.log = log
    this.behaviour = behaviour
    this.oneAtATime = oneAtATime
  }

  /** The last run of each event; of those that were not cancelled. */
  get lastRuns(): ReadonlyMap<string, EventRecord> {
    return this.records
  }

  /** @param work what the scripts do to the system. @param limitMs tunable EventScriptTimeout. */
  run(
    event: EventName,
    argv: readonly (string | number)[],
    limitMs: number,
    work: Wait<ScriptResult> = already(DONE),
  ): Wait<EventStatus> {
    return (done) => {
      const run: EventRun = { event, argv: argv.join(' '), limitMs, work, cancelled: false, done }
      this.log('ctdbd', 'scriptStarts', run.event, run.argv)
      if (this.oneAtATime) this.takeTurns(run)
      else this.begin(run, done)
      return undefined
    }
  }

  /** One waits for the other, but nothing for a health check, which gives way. */
  private takeTurns(run: EventRun): void {
    const { current } = this
    if (!current) {
      this.beginInTurn(run)
    } else if (current.event === 'monitor') {
      current.cancelled = true
      this.beginInTurn(run)
      current.done('cancelled')
    } else if (run.event === 'monitor') {
      run.done('cancelled')
    } else {
      this.queue.push(run)
    }
  }

  private beginInTurn(run: EventRun): void {
    this.current = run
    this.begin(run, (status) => {
      if (run.cancelled) return
      this.current = undefined
      const next = this.queue.shift()
      if (next) this.beginInTurn(next)
      run.done(status)
    })
  }

  private begin(run: EventRun, done: (status: EventStatus) => void): void {
    this.program.start(this.carryOut(run), (outcome) => done(outcome.ok ? outcome.value : 'failed'))
  }

  private *carryOut(run: EventRun): Process<EventStatus> {
    const { event, argv, limitMs, work } = run
    const words = `${event} ${argv}`.trimEnd()
    const beganMs = this.program.nowMs
    const record = (result: number, output: readonly string[]) => {
      if (!run.cancelled) this.records.set(event, { beganMs, endedMs: this.program.nowMs, result, output })
    }
    const takesMs = this.behaviour.delayMs() + (this.behaviour.slowMs.get(event) ?? 0)
    yield* until(this.program.sleep(Math.min(takesMs, limitMs)))
    if (run.cancelled) return 'cancelled'
    if (takesMs > limitMs) {
      this.log('ctdbd', 'scriptTimedOut', words)
      record(TIMED_OUT, [])
      return 'timed out'
    }
    const result = this.behaviour.failing.has(event) ? { ok: false, output: [`${event} was made to fail`] } : yield* until(work)
    for (const line of result.output) this.log('eventd', 'scriptOutput', line)
    this.log('ctdbd', 'scriptEnds', words, result.ok ? 0 : 1)
    record(result.ok ? 0 : 1, result.output)
    return result.ok ? 'ok' : 'failed'
  }
}
