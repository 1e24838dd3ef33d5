import { ERRNO } from '../errno.ts'
import { saidByCtdb } from '../errors.ts'

/**
 * The bytes of a key or a value as it is given to `ctdb`: what follows `0x` is hexadecimal, any other text means itself.
 * @throws CtdbtsError BAD_RECORD_TEXT.
 */
export function recordBytes(text: Uint8Array): Uint8Array {
  const bytes = readRecordText(text)
  if (typeof bytes === 'string') throw saidByCtdb('BAD_RECORD_TEXT', bytes, { exitStatus: ERRNO.EINVAL })
  return bytes
}

/**
 * As recordBytes, but returns what is wrong as a line of `ctdb`: an error for each line of a long file would cost more than to read it.
 * @param behind what follows the text where it comes from; ctdb's messages run on to the end of the line.
 */
export function readRecordText(text: Uint8Array, behind: Uint8Array = new Uint8Array()): Uint8Array | string {
  if (text[0] !== ZERO || text[1] !== X) return text
  const digits = Buffer.from(text.subarray(2))
  const from = (index: number) => Buffer.concat([digits.subarray(index), behind]).toString()
  if (digits.length % 2 !== 0) return `Key (${from(0)}) contains odd number of hex digits`
  // Stops at the first pair that is not hexadecimal.
  const bytes = Buffer.from(digits.toString('latin1'), 'hex')
  return 2 * bytes.length === digits.length ? bytes : `Invalid hex: ${from(2 * bytes.length)}`
}

const ZERO = 0x30
const X = 0x78
