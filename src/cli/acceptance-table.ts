import { TomlDate } from 'smol-toml'
import * as v from 'valibot'
import { SEVERITIES } from '../lib/audit/finding.ts'
import { ipAddress, table } from './config-table.ts'

const isPnn = (value: unknown): boolean => typeof value === 'number' && Number.isInteger(value) && value >= 0
const filled = v.pipe(v.string(), v.trim(), v.nonEmpty('empty'))

/** TOML has dates of its own, and many write them as texts. */
const dayText = (value: unknown): unknown => (value instanceof TomlDate && value.isDate() ? value.toISOString() : value)

function isDay(value: unknown): boolean {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return false
  const date = new Date(`${value}T00:00:00Z`)
  // JavaScript takes 30 February for 2 March.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value)
}

/** An entry of `[[accept]]`. Whether there is a check of that name is not known here: another version may have written the file. */
export const acceptanceTable = table({
  check: filled,
  node: v.optional(
    v.custom<number | string>((value) => isPnn(value) || v.is(ipAddress, value), 'neither a PNN nor a private address'),
  ),
  address: v.optional(ipAddress),
  interface: v.optional(filled),
  detail: v.optional(filled),
  severity: v.optional(v.picklist(SEVERITIES)),
  reason: filled,
  until: v.pipe(v.unknown(), v.transform(dayText), v.custom<string>(isDay, 'not a day, as in until = "2027-01-31"')),
})
