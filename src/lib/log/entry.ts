import type { Pnn } from '../cluster/node.ts'

/** Whose words a log has: those of the CTDB of the seed article, or of 4.17 and later. */
export type Era = '2017' | 'now'

/** CTDB's levels of gravity, the gravest first. */
export const LEVELS = ['ERR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG'] as const
export type Level = (typeof LEVELS)[number]

/** What a line came from: the daemon, the recovery daemon or its helpers, the event scripts; `world` is what happened from outside. */
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

/** From which level on a log is worth reading: what 2017's story is told by stands at INFO. */
export const usualLevel = (era: Era): Level => (era === 'now' ? 'NOTICE' : 'INFO')

/** Whether a log that shows this level shows the entry. */
export const isShown = (entry: Pick<LogEntry, 'level'>, shown: Level): boolean =>
  LEVELS.indexOf(entry.level) <= LEVELS.indexOf(shown)

const two = (value: number): string => String(value).padStart(2, '0')

/** The entry as a line of CTDB's log file; in 2017's the daemon had no name of its own. */
export function logLine({ atMs, pnn, source, text }: LogEntry, era: Era): string {
  const date = new Date(atMs)
  // The clocks of simulated nodes have no finer steps.
  const micros = String(Math.round((atMs % 1000) * 1000)).padStart(6, '0')
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}.${micros}`
  const day = (separator: string) => [date.getUTCFullYear(), two(date.getUTCMonth() + 1), two(date.getUTCDate())].join(separator)
  if (era === '2017') {
    const name = source === 'ctdbd' ? '' : `${source === 'world' ? 'world' : 'recoverd'}:`
    return `${day('/')} ${time} node${pnn} [${name}${processId(pnn, source)}]: ${text}`
  }
  return `${day('-')}T${time}+00:00 node${pnn} ${programName(source)}[${processId(pnn, source)}]: ${text}`
}

/** The same in short, without the time: `node1 ctdb-recoverd: Takeover run starting`. */
export const shortLogLine = ({ pnn, source, text }: LogEntry): string => `node${pnn} ${programName(source)}: ${text}`

const programName = (source: LogSource): string => (source === 'ctdbd' || source === 'world' ? source : `ctdb-${source}`)

/** Simulated programs have made-up process ids, the same each time. */
export const processId = (pnn: Pnn, source: LogSource): number =>
  1000 * (pnn + 1) + ['ctdbd', 'recoverd', 'recovery', 'takeover', 'eventd', 'world'].indexOf(source)
