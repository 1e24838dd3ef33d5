import { ERRNO } from '../../lib/errno.ts'
import { type EventReport, scriptState, scriptsOfLastRun } from '../../lib/event/event-report.ts'
import type { ScriptRun } from '../../lib/snapshot/host-facts.ts'
import { trimmedEnd } from '../../lib/trimmed-end.ts'
import { visible } from '../visible.ts'
import { ctime } from './time.ts'

/** `event status` as `ctdb` 4.25 prints it, which shows the output of scripts that succeeded, too. Times are in the local time zone. */
export function ctdbEventStatusText({ component, event, result, scripts }: EventReport): string {
  if (result === 0) return scriptsOfLastRun(scripts).map(scriptText).join('')
  if (result === ERRNO.ENOENT) return `Event dir for ${visible(component)} does not exist\n`
  if (result === ERRNO.EINVAL) return `Event ${visible(event)} has never run in ${visible(component)}\n`
  return `Unknown error (${result}) for event ${visible(event)} in ${visible(component)}\n`
}

/** The text of `event run`; empty for a success. */
export function ctdbEventRunText({ component, event, result }: Pick<EventReport, 'component' | 'event' | 'result'>): string {
  const run = `vent ${visible(event)} in ${visible(component)}`
  switch (result) {
    case 0:
      return ''
    case ERRNO.ENOENT:
      return `Event dir for ${visible(component)} does not exist\n`
    case ERRNO.ETIMEDOUT:
      return `E${run} timed out\n`
    case ERRNO.ECANCELED:
      return `E${run} got cancelled\n`
    case ERRNO.ENOEXEC:
      return `E${run} failed\n`
    default:
      return `Failed to run e${run}, result=${result}\n`
  }
}

function scriptText(script: ScriptRun): string {
  const state = scriptState(script)
  const head = `${visible(script.name).padEnd(20)} ${state.padEnd(10)}`
  return `${head}${detailsOf(script)}\n${outputOf(script)}`
}

function detailsOf(script: ScriptRun): string {
  const { begin, end, result } = script
  switch (scriptState(script)) {
    case 'TIMEDOUT':
      return ` ${ctime(begin)}`
    case 'DISABLED':
      return ''
    case 'CANNOT RUN':
      return ` (${errnoText(-result)})`
    default:
      // In whole microseconds, as received: the subtraction of such large numbers could change a digit.
      return ` ${(Math.round((end - begin) * 1e6) * 1e-6).toFixed(3)} ${ctime(begin)}`
  }
}

/** The output of a script that failed is shown even if it is empty. */
function outputOf(script: ScriptRun): string {
  const { output, result } = script
  if (output === '' && (result === 0 || scriptState(script) === 'DISABLED')) return ''
  const lines = trimmedEnd(output, '\n').split('\n').map(visible)
  if (lines.length === 1) return `  OUTPUT: ${lines[0]}\n`
  return `  OUTPUT:\n${lines.map((line) => `    ${line}\n`).join('')}`
}

/** glibc's texts for the errors that occur here. */
const ERRNO_TEXTS: Readonly<Record<number, string>> = {
  1: 'Operation not permitted',
  2: 'No such file or directory',
  4: 'Interrupted system call',
  5: 'Input/output error',
  7: 'Argument list too long',
  8: 'Exec format error',
  11: 'Resource temporarily unavailable',
  12: 'Cannot allocate memory',
  13: 'Permission denied',
  14: 'Bad address',
  20: 'Not a directory',
  21: 'Is a directory',
  22: 'Invalid argument',
  24: 'Too many open files',
  26: 'Text file busy',
  36: 'File name too long',
  40: 'Too many levels of symbolic links',
  42: 'No message of desired type',
  125: 'Operation canceled',
}

const errnoText = (errno: number): string => ERRNO_TEXTS[errno] ?? `Unknown error ${errno}`
