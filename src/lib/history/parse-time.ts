const UNITS: Readonly<Record<string, number>> = {
  s: 1_000,
  sec: 1_000,
  second: 1_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
}

const AGO = /^(\d+(?:\.\d+)?) ?([a-z]+?)s? ago$/
const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?)?(Z|[+-]\d\d:?\d\d)?$/i
const CLOCK = /^(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?$/

/** What a time is relative to. */
export interface TimeContext {
  readonly nowMs: number
  /** A local time, given as if it were UTC, as milliseconds since 1970. */
  readonly fromLocal: (localMs: number) => number
  /** The reverse of it. */
  readonly toLocal: (ms: number) => number
}

/**
 * A time as people write it: `2 hours ago`, `now`, `yesterday`, `2026-11-28`, `2026-11-28 18:53`, `18:53:30` (today), ISO 8601. Without a zone it is
 * local.
 * @returns milliseconds since 1970; undefined if it is no time.
 */
export function parseTime(text: string, context: TimeContext): number | undefined {
  const given = text.trim()
  return parseWord(given.toLowerCase(), context) ?? parseDate(given, context)
}

const DAY_MS = 86_400_000

function parseWord(given: string, { nowMs, fromLocal, toLocal }: TimeContext): number | undefined {
  const today = Math.floor(toLocal(nowMs) / DAY_MS) * DAY_MS
  if (given === 'now') return nowMs
  if (given === 'today') return fromLocal(today)
  if (given === 'yesterday') return fromLocal(today - DAY_MS)
  const [, hour, minute, second] = CLOCK.exec(given) ?? []
  if (hour !== undefined) return isTimeOfDay(hour, minute) ? fromLocal(today + msOf(hour, minute, second)) : undefined
  const [, count, unit = ''] = AGO.exec(given) ?? []
  const unitMs = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined
  return count === undefined || unitMs === undefined ? undefined : nowMs - Number(count) * unitMs
}

function parseDate(given: string, { fromLocal }: TimeContext): number | undefined {
  const [, year, month, day, hour = '0', minute = '0', second = '0', zone] = DATE.exec(given) ?? []
  if (year === undefined) return undefined
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  const isReal = date.getUTCDate() === Number(day) && date.getUTCMonth() === Number(month) - 1
  if (!isReal || !isTimeOfDay(hour, minute)) return undefined
  const localMs = date.getTime() + msOf(hour, minute, second)
  return zone === undefined ? fromLocal(localMs) : localMs - zoneMs(zone)
}

const msOf = (hour = '0', minute = '0', second = '0'): number =>
  (Number(hour) * 60 + Number(minute)) * 60_000 + Number(second) * 1_000

const isTimeOfDay = (hour = '0', minute = '0'): boolean => Number(hour) < 24 && Number(minute) < 60

function zoneMs(zone: string): number {
  if (zone.toUpperCase() === 'Z') return 0
  const digits = zone.replace(/\D/g, '')
  return msOf(digits.slice(0, 2), digits.slice(2)) * (zone.startsWith('-') ? -1 : 1)
}
