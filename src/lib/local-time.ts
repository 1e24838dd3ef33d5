/** A time in the local time zone: `14:05:10`, or with the date (`2026-03-04 14:05:10`) if that is not today. */
export function localTime(at: Date, now: Date): string {
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(':')
  if (at.toDateString() === now.toDateString()) return time
  return `${[at.getFullYear(), at.getMonth() + 1, at.getDate()].map(twoDigits).join('-')} ${time}`
}

const twoDigits = (number: number): string => String(number).padStart(2, '0')
