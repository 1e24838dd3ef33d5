/** What stands before the message in a line of a log. */
export interface LineHeader {
  /** Milliseconds since 1970, with fractions; of local time if the line has no zone. */
  readonly atMs: number
  /** What the time lacks: its zone, or its year too. */
  readonly lacks: 'nothing' | 'zone' | 'year'
  /** Empty if the line has none. */
  readonly host: string
  /** `ctdbd`, `ctdb-recoverd`, …, or another program. */
  readonly program: string
  readonly pid: number
  /** Where the message begins. */
  readonly start: number
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `2026-11-28T16:33:26.557000+00:00 `, with all that may be left out or be a blank. */
const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:(Z)|([+-])(\d\d):?(\d\d))? +/
/** `2017/05/14 12:31:00.793190 ` */
const SLASHES = /^(\d{4})\/(\d\d)\/(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))? +/
/** `Nov 28 16:33:26 ` */
const SYSLOG = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))? +/
/** `<29>`, and in RFC 5424 the version. */
const PRIORITY = /^<\d{1,3}>(1 )?/
/** `host program[7]: `; the old files of CTDB have `[program:7]: ` or `[7]: `, mostly without a host. */
const WHO = /(?:([^ [\]:]+) )?(?:([^ [\]:]+)(?:\[(\d+)\])?|\[(?:([\w-]+):)? *(\d+)\]): ?/y
/** RFC 5424: `host program pid msgid data `, a dash for what is absent. */
const WHO_5424 = /(\S+) (\S+) (\S+) \S+ (?:-|(?:\[[^\]]*\])+) ?/y

/** Reads the time, host and program of a line; undefined if it has no such beginning. */
export class HeaderReader {
  private minute = ''
  private minuteMs = 0

  read(line: string): LineHeader | undefined {
    if (line.charCodeAt(0) === 0x3c) return this.readPriority(line)
    return this.readQuick(line) ?? this.readTime(line, 0, false)
  }

  /** The shape of CTDB's own files since 4.x, by far the most frequent: read by position. */
  private readQuick(line: string): LineHeader | undefined {
    if (line.charCodeAt(19) !== 0x2e || line.charCodeAt(10) !== 0x54 || line.charCodeAt(29) !== 0x3a) return undefined
    if (line.charCodeAt(26) !== 0x2b || line.charCodeAt(32) !== 0x20 || !line.startsWith('+00:00', 26)) return undefined
    const hostEnd = line.indexOf(' ', 33)
    const pidBegin = line.indexOf('[', hostEnd)
    const end = line.indexOf(']: ', pidBegin)
    if (hostEnd === -1 || pidBegin === -1 || end === -1 || end - pidBegin > 11) return undefined
    if (!line.startsWith(this.minute) || this.minute === '') {
      const full = this.readTime(line, 0, false)
      this.minute = full ? line.slice(0, 17) : ''
      this.minuteMs = full ? Math.floor(full.atMs / 60_000) * 60_000 : 0
      return full
    }
    const seconds = twoDigits(line, 17)
    const micros = Number(line.slice(20, 26))
    const pid = Number(line.slice(pidBegin + 1, end))
    if (Number.isNaN(seconds) || Number.isNaN(micros) || Number.isNaN(pid)) return undefined
    const program = line.slice(hostEnd + 1, pidBegin)
    if (program.includes(' ')) return undefined
    const atMs = this.minuteMs + seconds * 1_000 + micros / 1_000
    return { atMs, lacks: 'nothing', host: line.slice(33, hostEnd), program, pid, start: end + 3 }
  }

  private readPriority(line: string): LineHeader | undefined {
    const priority = PRIORITY.exec(line)
    return priority ? this.readTime(line, priority[0].length, priority[1] !== undefined) : undefined
  }

  private readTime(line: string, from: number, is5424: boolean): LineHeader | undefined {
    const rest = from === 0 ? line : line.slice(from)
    const time = timeOf(rest)
    if (!time) return undefined
    const pattern = is5424 ? WHO_5424 : WHO
    pattern.lastIndex = time.length
    const who = pattern.exec(rest)
    if (!who) return undefined
    const { atMs, lacks } = time
    const start = from + time.length + who[0].length
    if (is5424) return { atMs, lacks, host: absent(who[1]), program: absent(who[2]), pid: Number(absent(who[3])) || 0, start }
    const [, host = '', program, pid, oldName = 'ctdbd', oldPid] = who
    return { atMs, lacks, host, program: program ?? oldName, pid: Number(pid ?? oldPid ?? 0), start }
  }
}

const absent = (text = '-'): string => (text === '-' ? '' : text)

function timeOf(text: string): (Pick<LineHeader, 'atMs' | 'lacks'> & { readonly length: number }) | undefined {
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
    return {
      atMs: utc(Number(year), Number(month) - 1, [day, hour, minute, second], fraction),
      lacks: 'zone',
      length: all.length,
    }
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

function twoDigits(text: string, index: number): number {
  const [tens, ones] = [text.charCodeAt(index) - 0x30, text.charCodeAt(index + 1) - 0x30]
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

/** Whether a program is one of CTDB's. */
export const isOfCtdb = (program: string): boolean =>
  program.startsWith('ctdb') || program === 'recoverd' || program === 'eventd' || program === 'recovery' || program === 'takeover'
