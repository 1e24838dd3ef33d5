import type { Program } from '../process/program.ts'
import { already, type Process, until, type Wait } from '../process/wait.ts'
import type { ScriptResult } from './kernel.ts'
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

/** How an event ended; a script that takes too long is killed before it has done anything. */
export type EventStatus = 'ok' | 'failed' | 'timed out'

export const DONE: ScriptResult = { ok: true, output: [] }

/** Runs event scripts, as CTDB's event daemon does: beside the daemon, and at most for the time that the daemon gives them. */
export class EventScripts {
  readonly behaviour: ScriptBehaviour
  private readonly program: Program
  private readonly log: Log

  constructor(program: Program, log: Log, behaviour: ScriptBehaviour) {
    this.program = program
    this.log = log
    this.behaviour = behaviour
  }

  /** @param work what the scripts do to the system. @param limitMs tunable EventScriptTimeout. */
  run(
    event: EventName,
    argv: readonly (string | number)[],
    limitMs: number,
    work: Wait<ScriptResult> = already(DONE),
  ): Wait<EventStatus> {
    return (done) => {
      this.program.start(this.carryOut([event, ...argv].join(' '), event, limitMs, work), (outcome) => {
        done(outcome.ok ? outcome.value : 'failed')
      })
      return undefined
    }
  }

  private *carryOut(words: string, event: EventName, limitMs: number, work: Wait<ScriptResult>): Process<EventStatus> {
    this.log('ctdbd', 'scriptStarts', words)
    const takesMs = this.behaviour.delayMs() + (this.behaviour.slowMs.get(event) ?? 0)
    yield* until(this.program.sleep(Math.min(takesMs, limitMs)))
    if (takesMs > limitMs) {
      this.log('ctdbd', 'scriptTimedOut', words)
      return 'timed out'
    }
    const result = this.behaviour.failing.has(event) ? { ok: false, output: [`${event} was made to fail`] } : yield* until(work)
    for (const line of result.output) this.log('eventd', 'scriptOutput', line)
    this.log('ctdbd', 'scriptEnds', words, result.ok ? 0 : 1)
    return result.ok ? 'ok' : 'failed'
  }
}
