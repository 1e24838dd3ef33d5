/** A time in the local time zone: `14:05:10`, or with the date (`2026-03-04 14:05:10`) if that is not today. */
export const localTime = (at: Date, now: Date): string =>
  at.toDateString() === now.toDateString() ? timeOfDay(at) : localDateTime(at)

/** A time in the local time zone, with the date: `2026-03-04 14:05:10`. */
export const localDateTime = (at: Date): string =>
  `${[at.getFullYear(), at.getMonth() + 1, at.getDate()].map(twoDigits).join('-')} ${timeOfDay(at)}`

const timeOfDay = (at: Date): string => [at.getHours(), at.getMinutes(), at.getSeconds()].map(twoDigits).join(':')

const twoDigits = (number: number): string => String(number).padStart(2, '0')
