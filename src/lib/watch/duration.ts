const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * How long something took, for people: `340 ms`, `1.2 s`, `42 s`, `3 min`, `2 h 5 min`, `4 d 1 h`. Cut off, never rounded up to what it was not.
 * @param ms milliseconds; less than nothing, as of a clock that was set back, is nothing.
 */
export function durationText(ms: number): string {
  const whole = Math.max(0, Math.floor(ms))
  if (whole < SECOND) return `${whole} ms`
  if (whole < 10 * SECOND) return `${(Math.floor(whole / 100) / 10).toFixed(1)} s`
  if (whole < MINUTE) return `${Math.floor(whole / SECOND)} s`
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`
  if (whole < DAY) return inTwo(whole, HOUR, 'h', MINUTE, 'min')
  return inTwo(whole, DAY, 'd', HOUR, 'h')
}

function inTwo(ms: number, unit: number, name: string, smaller: number, smallerName: string): string {
  const rest = Math.floor((ms % unit) / smaller)
  return `${Math.floor(ms / unit)} ${name}${rest === 0 ? '' : ` ${rest} ${smallerName}`}`
}
