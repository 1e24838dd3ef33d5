import type { Shown } from '../side-by-side/compare.ts'

/** What in a command's text is never twice the same, and how it is taken out before two runs are compared. */
export interface Rule {
  readonly why: string
  normal(text: string): string
}

/** Also the widths that follow from them. */
const withoutNumbers = (text: string): string => text.replaceAll(/ *\d+(\.\d+)?/g, ' N')

const DAY = /\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b/g
const MONTH = /\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b/g

/** Counters and the times that something took. */
export const NUMBERS: Rule = { why: 'counters run on: numbers are not compared', normal: withoutNumbers }

/** Dates, ages, durations. */
export const TIMES: Rule = {
  why: 'time passes: dates and durations are not compared',
  normal: (text) => withoutNumbers(text.replaceAll(DAY, 'DAY').replaceAll(MONTH, 'MONTH')),
}

/** Of `ping`: how long it took, and how many clients the daemon has just then. */
export const PING: Rule = {
  why: 'how long it took and how many clients there were are not compared',
  normal: (text) => text.replace(/time=[\d.]+ sec {2}\(\d+ clients\)/, 'time=T sec  (N clients)'),
}

/** What two runs have to have in common. */
export const comparable = ({ stdout, stderr, status }: Shown, rule: Rule | undefined): Shown => ({
  stdout: rule ? rule.normal(stdout) : stdout,
  stderr,
  status,
})
