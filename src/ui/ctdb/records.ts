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
export const ctdbBytesText = (name: string, bytes: Uint8Array): string => `${name}(${bytes.length}) = "${escapedText(bytes)}"\n`

/** What most keys and values need, used again and again: a buffer for each would take longer than filling it. */
const scratch = Buffer.alloc(1 << 16)

/** Byte by byte, as replacing in a text takes 20 times as long where most bytes are not printable, as in most of Samba's databases. */
function escapedText(bytes: Uint8Array): string {
  const most = bytes.length * 3
  const out = most <= scratch.length ? scratch : Buffer.alloc(most)
  let at = 0
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number
    if (IS_PLAIN[byte] === 1) out[at++] = byte
    else {
      out[at++] = BACKSLASH
      out[at++] = HEX_DIGITS[byte >> 4] as number
      out[at++] = HEX_DIGITS[byte & 15] as number
    }
  }
  return out.toString('latin1', 0, at)
}

const BACKSLASH = 0x5c
const HEX_DIGITS = Buffer.from('0123456789ABCDEF')
const IS_PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => Number(/[ !#-[\]-~]/.test(String.fromCharCode(byte))))
