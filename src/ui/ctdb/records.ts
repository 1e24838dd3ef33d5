import { type DatabaseRecord, recordMarks } from '../../lib/cluster/record.ts'
import { hex32 } from '../../lib/hex32.ts'

/** A record as `ctdb` prints it, with an empty line behind it. */
export const ctdbRecordText = (record: DatabaseRecord): string =>
  `${ctdbBytesText('key', record.key)}${ctdbHeaderText(record)}${ctdbBytesText('data', record.value)}\n`

/** What CTDB stores in front of the data of a record. */
export function ctdbHeaderText({ dmaster, rsn, flags }: Omit<DatabaseRecord, 'key' | 'value'>): string {
  const names = recordMarks(flags).map((name) => ` ${name}`)
  return `dmaster: ${dmaster}\nrsn: ${rsn}\nflags: ${hex32(flags)}${names.join('')}\n`
}

/** Bytes with their number. Quotes, backslashes, and whatever is not printable ASCII appear as a backslash and two hexadecimal digits. */
export function ctdbBytesText(name: string, bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  return `${name}(${bytes.length}) = "${text.replace(NOT_PLAIN, escaped)}"\n`
}

const NOT_PLAIN = /[^ !#-[\]-~]/g
const escaped = (char: string): string => `\\${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`
