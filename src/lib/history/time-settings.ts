import { TimeReader, YEARLESS } from './line-time.ts'

/** How the times of logs are to be understood. */
export interface TimeSettings {
  /** A local time as milliseconds since 1970 in UTC, for lines without a zone. */
  readonly fromLocal: (localMs: number) => number
  /** No line is later than this: the year of lines without one follows from it. */
  readonly nowMs: number
}

const DAY_MS = 86_400_000
const QUARTER_MS = 900_000

/** The same, for many lines of about the same time: clocks are changed only at full quarters of an hour. */
export function quick({ fromLocal, nowMs }: TimeSettings): TimeSettings {
  let quarter = Number.NaN
  let offsetMs = 0
  return {
    nowMs,
    fromLocal: (atMs) => {
      const own = Math.floor(atMs / QUARTER_MS)
      if (own !== quarter) {
        quarter = own
        offsetMs = fromLocal(atMs) - atMs
      }
      return atMs + offsetMs
    },
  }
}

/** The year in which a line without one was written: the last in which it is not later than now. */
export function yearOf(atMs: number, { nowMs, fromLocal }: TimeSettings): number {
  const year = new Date(nowMs).getUTCFullYear()
  return fromLocal(inYear(atMs, year)) > nowMs + DAY_MS ? year - 1 : year
}

/** A time without a year, in that year. */
export function inYear(atMs: number, year: number): number {
  const date = new Date(atMs)
  return atMs + Date.UTC(year, date.getUTCMonth(), date.getUTCDate()) - Date.UTC(YEARLESS, date.getUTCMonth(), date.getUTCDate())
}

/** The time of the first line in a part of a log that has one; undefined if none has. @param text Latin-1. Its first line is cut. */
export function firstTimeIn(text: string, times: TimeSettings): number | undefined {
  const reader = new TimeReader()
  for (let at = text.indexOf('\n') + 1; at > 0; at = text.indexOf('\n', at) + 1) {
    const line = text.slice(at, at + LONGEST_TIME).replace(/^<\d{1,3}>(?:1 )?/, '')
    if (reader.read(line)) return timeOfLine(reader, times)
  }
  return undefined
}

/** The time of a line: milliseconds since 1970. */
export function timeOfLine({ atMs, lacks }: Pick<TimeReader, 'atMs' | 'lacks'>, times: TimeSettings): number {
  if (lacks === 'nothing') return atMs
  return times.fromLocal(lacks === 'zone' ? atMs : inYear(atMs, yearOf(atMs, times)))
}

const LONGEST_TIME = 100
