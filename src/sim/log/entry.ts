import type { Era } from '../../lib/cluster/era.ts'
import type { Pnn } from '../../lib/cluster/node.ts'
import { LEVELS, type Level } from '../../lib/log/level.ts'

/** The program that wrote a line: the daemon, the recovery daemon or one of its helpers, the event daemon; `world` for faults and commands. */
export type LogSource = 'ctdbd' | 'recoverd' | 'recovery' | 'takeover' | 'eventd' | 'world'

/** A line of a node's log. */
export interface LogEntry {
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly pnn: Pnn
  readonly source: LogSource
  readonly level: Level
  readonly text: string
}

/** The default level of a log. In 2017, the important lines have the level INFO. */
export const usualLevel = (era: Era): Level => (era === 'now' ? 'NOTICE' : 'INFO')

/** Whether a log with this level has the entry. */
export const isShown = (entry: Pick<LogEntry, 'level'>, shown: Level): boolean =>
  LEVELS.indexOf(entry.level) <= LEVELS.indexOf(shown)

const two = (value: number): string => String(value).padStart(2, '0')

/** The entry as a line of CTDB's log file. In 2017, lines of the daemon had no program name. */
export function logLine({ atMs, pnn, source, text }: LogEntry, era: Era): string {
  const date = new Date(atMs)
  // Simulated clocks count milliseconds, with fractions.
  const micros = String(Math.round((atMs % 1000) * 1000)).padStart(6, '0')
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}.${micros}`
  const day = (separator: string) => [date.getUTCFullYear(), two(date.getUTCMonth() + 1), two(date.getUTCDate())].join(separator)
  if (era === '2017') {
    const name = source === 'ctdbd' ? '' : `${source === 'world' ? 'world' : 'recoverd'}:`
    return `${day('/')} ${time} node${pnn} [${name}${processId(pnn, source)}]: ${text}`
  }
  return `${day('-')}T${time}+00:00 node${pnn} ${programName(source)}[${processId(pnn, source)}]: ${text}`
}

/** The entry in short form, without the time: `node1 ctdb-recoverd: Takeover run starting`. */
export const shortLogLine = ({ pnn, source, text }: LogEntry): string => `node${pnn} ${programName(source)}: ${text}`

const programName = (source: LogSource): string => (source === 'ctdbd' || source === 'world' ? source : `ctdb-${source}`)

/** The process id of a simulated program: invented, but always the same. */
export const processId = (pnn: Pnn, source: LogSource): number =>
  1000 * (pnn + 1) + ['ctdbd', 'recoverd', 'recovery', 'takeover', 'eventd', 'world'].indexOf(source)
