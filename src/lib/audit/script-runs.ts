import type { Pnn } from '../cluster/node.ts'
import { ERRNO } from '../errno.ts'
import type { ScriptRun } from '../snapshot/host-facts.ts'

/**
 * How the event daemon describes a script that did not end by itself: negative errno values, as seen on 4.17. It was killed (EINTR, whatever
 * the signal), it took longer than EventScriptTimeout (ETIMEDOUT; ETIME in older versions), or the kernel could not start it.
 */
const WITHOUT_STATUS: Readonly<Record<number, string>> = {
  [-ERRNO.ETIMEDOUT]: 'timed out',
  [-ERRNO.ETIME]: 'timed out',
  [-ERRNO.EINTR]: 'was killed by a signal',
  [-ERRNO.ENOENT]:
    'could not be started: it, or the interpreter in its first line, does not exist (a carriage return at the end of that line has the same effect)',
  [-ERRNO.EACCES]: 'could not be started: permission denied',
}

/** The result of a script that is not executable, which is how scripts are disabled. */
const DISABLED = -ERRNO.ENOEXEC

/** Whether a script failed. A disabled script was not run, so it did not fail. */
export const hasFailed = ({ result }: ScriptRun): boolean => result !== 0 && result !== DISABLED

/** Whether a script took longer than EventScriptTimeout. */
export const hasTimedOut = ({ result }: ScriptRun): boolean => result === -ERRNO.ETIMEDOUT || result === -ERRNO.ETIME

const resultText = (result: number): string =>
  WITHOUT_STATUS[result] ?? (result > 0 ? `ended with status ${result}` : `could not be run (errno ${-result})`)

/** The script that failed in the last monitor event, if any. */
export const failingMonitor = (events: readonly { event: string; scripts: readonly ScriptRun[] }[]): ScriptRun | undefined =>
  events.find(({ event }) => event === 'monitor')?.scripts.find(hasFailed)

/** The evidence that a script failed in the last run of an event. */
export const failureOf = (pnn: Pnn, event: string, script: ScriptRun): string =>
  `event daemon of node ${pnn}: ${event}: ${scriptText(script)}`

/** `10.interface timed out`. */
export const scriptText = ({ name, result }: ScriptRun): string => `${name} ${resultText(result)}`

const FIRST_LINES = 2
/** Most scripts print what went wrong last. */
const LAST_LINES = 4

/** The first and the last lines of what a script printed, and between them how many are left out. Blank lines do not count. */
export function outputLines({ name, output }: ScriptRun): string[] {
  const lines = output.split('\n').filter((line) => line.trim() !== '')
  const shown = (line: string) => `output of ${name}: ${line.slice(0, 300)}`
  const left = lines.length - FIRST_LINES - LAST_LINES
  // One line takes no more room than the note that it is missing.
  if (left <= 1) return lines.map(shown)
  return [
    ...lines.slice(0, FIRST_LINES).map(shown),
    `output of ${name}: (${left} lines left out)`,
    ...lines.slice(-LAST_LINES).map(shown),
  ]
}
