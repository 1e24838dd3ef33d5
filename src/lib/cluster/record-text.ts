import { ERRNO } from '../errno.ts'
import { saidByCtdb } from '../errors.ts'

/**
 * The bytes of a key or a value as it is given to `ctdb`: what follows `0x` is hexadecimal, any other text means itself.
 * @param behind what follows the text where it comes from; ctdb's messages run on to the end of the line.
 * @throws CtdbtsError BAD_RECORD_TEXT.
 */
export function recordBytes(text: Uint8Array, behind: Uint8Array = new Uint8Array()): Uint8Array {
  if (text[0] !== ZERO || text[1] !== X) return text
  const digits = text.subarray(2)
  const from = (index: number) => Buffer.concat([digits.subarray(index), behind]).toString()
  if (digits.length % 2 !== 0) throw invalid(`Key (${from(0)}) contains odd number of hex digits`)
  return Uint8Array.from({ length: digits.length / 2 }, (_, index) => {
    const pair = Buffer.from(digits.subarray(2 * index, 2 * index + 2)).toString('latin1')
    if (!/^[0-9a-f]{2}$/i.test(pair)) throw invalid(`Invalid hex: ${from(2 * index)}`)
    return Number.parseInt(pair, 16)
  })
}

const ZERO = 0x30
const X = 0x78
const invalid = (line: string) => saidByCtdb('BAD_RECORD_TEXT', line, { exitStatus: ERRNO.EINVAL })
