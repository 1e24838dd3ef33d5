import type { ScriptRun } from '../snapshot/host-facts.ts'

/** What the event daemon tells of the last run of an event. */
export interface EventReport {
  readonly component: string
  readonly event: string
  /** 0, or the errno value with which the question could not be answered: 2 no such component, 22 the event has never run. */
  readonly result: number
  /** How the run ended: 0, the exit status of the script that failed, or a negative errno value. */
  readonly summary: number
  readonly scripts: readonly ScriptRun[]
}

/** errno values (Linux) as the event daemon has them. */
export const ERRNO = {
  ENOENT: 2,
  EIO: 5,
  ENOEXEC: 8,
  EACCES: 13,
  EINVAL: 22,
  ENOMSG: 42,
  ETIMEDOUT: 110,
  ECANCELED: 125,
} as const

/**
 * The scripts that belong to the last run, by the rules of 4.25: one that was never run is left out, and with one that began before the
 * one in front of it the rest begins, which is left of an earlier run.
 */
export function scriptsOfLastRun(scripts: readonly ScriptRun[]): ScriptRun[] {
  const ran = scripts.filter(({ result }) => result !== -ERRNO.ENOMSG)
  const end = ran.findIndex((script, index) => script.begin < (ran[index - 1]?.begin ?? 0))
  return end === -1 ? ran : ran.slice(0, end)
}

/** What became of a script, in the real tool's words. */
export type ScriptState = 'OK' | 'ERROR' | 'TIMEDOUT' | 'DISABLED' | 'CANNOT RUN'

export function scriptState({ result }: ScriptRun): ScriptState {
  if (result === -ERRNO.ETIMEDOUT) return 'TIMEDOUT'
  if (result === -ERRNO.ENOEXEC) return 'DISABLED'
  if (result < 0) return 'CANNOT RUN'
  return result === 0 ? 'OK' : 'ERROR'
}
