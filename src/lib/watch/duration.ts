const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/**
 * A duration for people: `340 ms`, `1.2 s`, `42 s`, `3 min`, `2 h 5 min`, `4 d 1 h`. Rounded down.
 * @param ms milliseconds; a negative number, as after a clock was set back, counts as 0.
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

/**
 * A duration of which only bounds are known: `0.4–1.2 s`, `at most 1.2 s`, `58 s to 2 min`; like durationText if that says the same of both.
 * The lower one is rounded down, the upper one up.
 * @param atLeastMs milliseconds, as `atMostMs`.
 */
export function durationBetween(atLeastMs: number, atMostMs: number): string {
  const [low, high] = [Math.max(0, atLeastMs), Math.max(0, atMostMs)]
  if (durationText(low) === durationText(high)) return durationText(low)
  const most = durationText(Math.ceil(high / stepOf(high)) * stepOf(high))
  if (low === 0) return `at most ${most}`
  if (high > 10 * SECOND) return `${durationText(low)} to ${most}`
  return `${(Math.floor(low / 100) / 10).toFixed(1)}–${(Math.ceil(high / 100) / 10).toFixed(1)} s`
}

/** What durationText rounds to. */
const stepOf = (ms: number): number => (ms < SECOND ? 1 : ms < 10 * SECOND ? 100 : ms < MINUTE ? SECOND : MINUTE)

function inTwo(ms: number, unit: number, name: string, smaller: number, smallerName: string): string {
  const rest = Math.floor((ms % unit) / smaller)
  return `${Math.floor(ms / unit)} ${name}${rest === 0 ? '' : ` ${rest} ${smallerName}`}`
}
