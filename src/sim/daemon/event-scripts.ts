import { ERRNO } from '../../lib/errno.ts'
import type { Program } from '../process/program.ts'
import { already, type Process, until, type Wait } from '../process/wait.ts'
import { DONE, type ScriptResult } from './kernel.ts'
import type { Log } from './log.ts'

/** The events for addresses and health that CTDB runs its scripts for. */
export const EVENTS = ['startup', 'monitor', 'takeip', 'releaseip', 'updateip', 'ipreallocated', 'recovered'] as const
export type EventName = (typeof EVENTS)[number]

/** How the scripts of a node behave. */
export interface ScriptBehaviour {
  /** How long an ordinary run takes. */
  delayMs(): number
  /** Events whose scripts fail without doing anything. */
  readonly failing: Set<EventName>
  /** By how many milliseconds the scripts of an event are slower than usual. */
  readonly slowMs: Map<EventName, number>
  /** For how many milliseconds scripts go on after the change of the address, as those do whose names come after `10.interface`. */
  readonly laterMs: Map<EventName, number>
}

/** How an event ended. Scripts that take too long are killed before they have done anything; any other event cancels a health check. */
export type EventStatus = 'ok' | 'failed' | 'timed out' | 'cancelled'

/** The result of an event's run, as the event daemon keeps it. */
export interface EventRecord {
  /** Milliseconds since 1970. */
  readonly beganMs: number
  readonly endedMs: number
  /** 0 success; TIMED_OUT; else an exit status. */
  readonly result: number
  /** Lines. */
  readonly output: readonly string[]
}

/** What the event daemon reports for a script that it has killed for being too slow. Measured with 4.17. */
const TIMED_OUT = -ERRNO.ETIMEDOUT

/** One run of an event, queued or started. */
interface EventRun {
  readonly event: EventName
  readonly argv: string
  readonly limitMs: number
  readonly work: Wait<ScriptResult>
  cancelled: boolean
  done(status: EventStatus): void
}

/** Runs event scripts as CTDB's event daemon does: in its own process, and with the daemon's time limit. */
export class EventScripts {
  readonly behaviour: ScriptBehaviour
  private readonly records = new Map<string, EventRecord>()
  private readonly program: Program
  private readonly log: Log
  private readonly oneAtATime: boolean
  private current: EventRun | undefined
  private readonly queue: EventRun[] = []

  /** @param oneAtATime whether events wait for each other, as with the event daemon; 2017's daemon ran them concurrently. */
  constructor(program: Program, log: Log, behaviour: ScriptBehaviour, oneAtATime = false) {
    this.program = program
    this.log = log
    this.behaviour = behaviour
    this.oneAtATime = oneAtATime
  }

  /** The last run of each event that was not cancelled. */
  get lastRuns(): ReadonlyMap<string, EventRecord> {
    return this.records
  }

  /** @param work the changes that the scripts make to the system. @param limitMs tunable EventScriptTimeout. */
  run(
    event: EventName,
    argv: readonly (string | number)[],
    limitMs: number,
    work: Wait<ScriptResult> = already(DONE),
  ): Wait<EventStatus> {
    return (done) => {
      const run: EventRun = { event, argv: argv.join(' '), limitMs, work, cancelled: false, done }
      this.log('ctdbd', 'scriptStarts', run.event, run.argv, `${run.event} ${run.argv}`.trimEnd())
      if (this.oneAtATime) this.takeTurns(run)
      else this.begin(run, done)
      return undefined
    }
  }

  /** Events wait for each other, except that a health check is cancelled by any other event. */
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
    if (takesMs > limitMs) return this.timedOut(words, record)
    const result = this.behaviour.failing.has(event) ? { ok: false, output: [`${event} was made to fail`] } : yield* until(work)
    const laterMs = this.behaviour.laterMs.get(event) ?? 0
    if (laterMs > 0) yield* until(this.program.sleep(Math.min(laterMs, limitMs - takesMs)))
    if (run.cancelled) return 'cancelled'
    if (takesMs + laterMs > limitMs) return this.timedOut(words, record)
    for (const line of result.output) this.log('eventd', 'scriptSaid', '10.interface', line)
    this.log('ctdbd', 'scriptEnds', words, result.ok ? 0 : 1)
    record(result.ok ? 0 : 1, result.output)
    return result.ok ? 'ok' : 'failed'
  }

  private timedOut(words: string, record: (result: number, output: readonly string[]) => void): EventStatus {
    this.log('ctdbd', 'scriptTimedOut', words)
    record(TIMED_OUT, [])
    return 'timed out'
  }
}
