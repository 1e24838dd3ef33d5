import type { Shown } from '../side-by-side/compare.ts'

/** What differs between any two runs of a command, and how it is removed before they are compared. */
export interface Rule {
  readonly why: string
  normal(text: string): string
}

/** Also removes the padding, whose width depends on the numbers. */
const withoutNumbers = (text: string): string => text.replaceAll(/ *\d+(\.\d+)?/g, ' N')

const DAY = /\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b/g
const MONTH = /\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b/g

/** Counters and the times that something took. */
export const NUMBERS: Rule = { why: 'numbers, because counters keep counting', normal: withoutNumbers }

/** Dates, ages, durations. */
export const TIMES: Rule = {
  why: 'dates and durations, because time passes',
  normal: (text) => withoutNumbers(text.replaceAll(DAY, 'DAY').replaceAll(MONTH, 'MONTH')),
}

/** For `ping`: the round-trip time and the number of clients. */
export const PING: Rule = {
  why: 'how long it took, and the number of clients',
  normal: (text) => text.replace(/time=[\d.]+ sec {2}\(\d+ clients\)/, 'time=T sec  (N clients)'),
}

/** The part of a run that has to be the same for both tools. */
export const comparable = ({ stdout, stderr, status }: Shown, rule: Rule | undefined): Shown => ({
  stdout: rule ? rule.normal(stdout) : stdout,
  stderr,
  status,
})
