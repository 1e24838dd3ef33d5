/** A time for people where they are: `14:05:10`, with its date (`2026-03-04 14:05:10`) unless that is today's. */
export function localTime(at: Date, now: Date): string {
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(':')
  if (at.toDateString() === now.toDateString()) return time
  return `${[at.getFullYear(), at.getMonth() + 1, at.getDate()].map(twoDigits).join('-')} ${time}`
}

const twoDigits = (number: number): string => String(number).padStart(2, '0')
