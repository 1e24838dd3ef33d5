import { ERRNO } from '../errno.ts'
import type { ScriptRun } from '../snapshot/host-facts.ts'

/** What the event daemon reports about the last run of an event. */
export interface EventReport {
  readonly component: string
  readonly event: string
  /** 0, or the errno value if there is no report: 2 no such component, 22 the event has never run. */
  readonly result: number
  /** How the run ended: 0, the exit status of the script that failed, or a negative errno value. */
  readonly summary: number
  readonly scripts: readonly ScriptRun[]
}

/**
 * The scripts of the last run, by the rules of 4.25. Leaves out scripts that were never run. A script that began before its predecessor, and
 * all scripts after it, are left from an earlier run.
 */
export function scriptsOfLastRun(scripts: readonly ScriptRun[]): ScriptRun[] {
  const ran = scripts.filter(({ result }) => result !== -ERRNO.ENOMSG)
  const end = ran.findIndex((script, index) => script.begin < (ran[index - 1]?.begin ?? 0))
  return end === -1 ? ran : ran.slice(0, end)
}

/** The result of a script, in the words of `ctdb`. */
export type ScriptState = 'OK' | 'ERROR' | 'TIMEDOUT' | 'DISABLED' | 'CANNOT RUN'

export function scriptState({ result }: ScriptRun): ScriptState {
  if (result === -ERRNO.ETIMEDOUT) return 'TIMEDOUT'
  if (result === -ERRNO.ENOEXEC) return 'DISABLED'
  if (result < 0) return 'CANNOT RUN'
  return result === 0 ? 'OK' : 'ERROR'
}
