const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** A moment as C's ctime prints it, without its newline: `Sun Nov 22 14:38:35 2026`, in this machine's time zone. */
export function ctime(seconds: number): string {
  const date = new Date(Math.floor(seconds) * 1000)
  if (Number.isNaN(date.getTime())) return '(null)'
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map((value) => padded(value, 2)).join(':')
  const day = String(date.getDate()).padStart(2)
  return `${DAYS[date.getDay()]} ${MONTHS[date.getMonth()]} ${day} ${clock} ${date.getFullYear()}`
}

/** A span as `uptime` prints it: days, then hours, minutes and seconds: `(000 00:09:37)`. */
export function spanText(seconds: number): string {
  const [s, m, h, d] = [seconds % 60, (seconds / 60) % 60, (seconds / 3600) % 24, seconds / 86_400].map(Math.trunc)
  return `(${padded(d ?? 0, 3)} ${padded(h ?? 0, 2)}:${padded(m ?? 0, 2)}:${padded(s ?? 0, 2)})`
}

/** As %0Nd prints it: a minus sign takes up one place. */
function padded(value: number, width: number): string {
  const digits = String(Math.abs(value))
  return value < 0 ? `-${digits.padStart(width - 1, '0')}` : digits.padStart(width, '0')
}
