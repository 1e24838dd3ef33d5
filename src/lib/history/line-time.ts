/** The time at the beginning of a line of a log. */
interface LineTime {
  /** Milliseconds since 1970, with fractions; of local time if the line has no zone. */
  readonly atMs: number
  /** What the time lacks: its zone, or its year too. */
  readonly lacks: 'nothing' | 'zone' | 'year'
  /** With the blanks behind it. */
  readonly length: number
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `2026-11-28T16:33:26.557000+00:00 `, with all that may be left out or be a blank. */
const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:(Z)|([+-])(\d\d):?(\d\d))? +/
/** `2017/05/14 12:31:00.793190 ` */
const SLASHES = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))? +/
/** `Nov 28 16:33:26 ` */
const SYSLOG = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))? +/
/** What stands before the seconds, their fraction, and what stands behind them. */
const PARTS = /^(.*?:\d\d:)\d\d(?:([.,])(\d{1,9}))?(\D.*)$/

/**
 * Reads the times of lines. Most lines of a log have a time of the same shape and minute as the line before: of these only seconds and
 * fractions are read, by position.
 */
export class TimeReader {
  atMs = 0
  lacks: LineTime['lacks'] = 'nothing'
  /** Of the time in characters, with the blanks behind it. */
  length = 0
  /** What stands before the seconds in the last line. */
  private minute = ''
  private minuteMs = 0
  /** Of the fraction of seconds, without the point before it. */
  private digits = 0
  /** The milliseconds of its last digit. */
  private digitMs = 0
  /** What stands behind: the zone, and blanks. */
  private zone = ''

  /** Whether a line begins with a time; if so, it is in the fields. */
  read(line: string): boolean {
    return this.readSame(line) || this.readAny(line)
  }

  private readSame(line: string): boolean {
    const { minute, zone, length } = this
    if (minute === '' || !line.startsWith(minute)) return false
    const begin = minute.length
    const seconds = digitsAt(line, begin, 2)
    const fraction = this.digits === 0 ? 0 : digitsAt(line, begin + 3, this.digits)
    if (!(seconds < 60) || !(fraction >= 0) || !line.startsWith(zone, length - zone.length)) return false
    const point = line.charCodeAt(begin + 2)
    if (this.digits > 0 && point !== POINT && point !== COMMA) return false
    if (line.charCodeAt(length) === BLANK) return false
    this.atMs = this.minuteMs + seconds * 1_000 + fraction * this.digitMs
    return true
  }

  private readAny(line: string): boolean {
    const time = timeOf(line)
    if (!time) return false
    Object.assign(this, time)
    const [, minute = '', , fraction = '', zone = ''] = PARTS.exec(line.slice(0, time.length)) ?? []
    this.minute = minute
    this.minuteMs = Math.floor(time.atMs / 60_000) * 60_000
    this.digits = fraction.length
    this.digitMs = 1_000 / 10 ** fraction.length
    this.zone = zone
    return true
  }
}

const [POINT, COMMA, BLANK] = [0x2e, 0x2c, 0x20]

/** A number of so many digits; NaN if it is none. */
function digitsAt(text: string, index: number, count: number): number {
  let number = 0
  for (let at = index; at < index + count; at++) {
    const digit = text.charCodeAt(at) - 0x30
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    number = number * 10 + digit
  }
  return number
}

function timeOf(text: string): LineTime | undefined {
  const iso = ISO.exec(text)
  if (iso) {
    const [all, year, month, day, hour, minute, second, fraction, z, sign, zoneHours, zoneMinutes] = iso
    const hasZone = z !== undefined || sign !== undefined
    const zoneMs = (Number(zoneHours ?? 0) * 60 + Number(zoneMinutes ?? 0)) * (sign === '-' ? -60_000 : 60_000)
    const atMs = utc(Number(year), Number(month) - 1, [day, hour, minute, second], fraction) - zoneMs
    return { atMs, lacks: hasZone ? 'nothing' : 'zone', length: all.length }
  }
  const slashes = SLASHES.exec(text)
  if (slashes) {
    const [all, year, month, day, hour, minute, second, fraction] = slashes
    const atMs = utc(Number(year), Number(month) - 1, [day, hour, minute, second], fraction)
    return { atMs, lacks: 'zone', length: all.length }
  }
  const syslog = SYSLOG.exec(text)
  const month = MONTHS.indexOf(syslog?.[1] ?? '')
  if (!syslog || month === -1) return undefined
  const [all, , day, hour, minute, second, fraction] = syslog
  return { atMs: utc(YEARLESS, month, [day, hour, minute, second], fraction), lacks: 'year', length: all.length }
}

/** The year of times without one: a leap year, so that it has every day. */
export const YEARLESS = 2000

function utc(year: number, month: number, rest: readonly (string | undefined)[], fraction = ''): number {
  const [day = 1, hour = 0, minute = 0, second = 0] = rest.map(Number)
  return Date.UTC(year, month, day, hour, minute, second) + (fraction === '' ? 0 : Number(`0.${fraction}`) * 1_000)
}
