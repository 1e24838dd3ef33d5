import { CtdbtsError } from './errors.ts'

// Numbers as the real tool's C library reads them: blanks in front, and whatever comes behind, do not disturb it.

const MAX_U64 = 0xffff_ffff_ffff_ffffn
const EINVAL = 22
const ERANGE = 34

/** An unsigned number (decimal, 0x… or 0…) that a text begins with, or why there is none. */
function beginningOf(text: string): bigint | 'is not a number' | 'is negative' | 'is too large' {
  const { sign, digits } = /^\s*(?<sign>[+-]?)(?<digits>0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(text)?.groups ?? {}
  if (digits === undefined) return 'is not a number'
  if (sign === '-') return 'is negative'
  const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits)
  return value > MAX_U64 ? 'is too large' : value
}

/**
 * An unsigned number, decimal, 0x… or 0…, as Samba's strtoul reads it: of a text that only begins with one, that part counts.
 * @param what for the message: what the number is.
 * @throws CtdbtsError BAD_NUMBER, with the exit status that the real tool has for it and, as there, not a word in its style.
 */
export function unsignedNumber(text: string, what: string): bigint {
  const value = beginningOf(text)
  if (typeof value === 'bigint') return value
  throw new CtdbtsError('BAD_NUMBER', `${what} ${JSON.stringify(text)} ${value}`, {
    exitStatus: value === 'is too large' ? ERANGE : EINVAL,
    ctdbText: { stderr: [] },
  })
}

/** As {@link unsignedNumber}, but cut to 32 bits as CTDB does; undefined where there is none. */
export function leadingUnsigned(text: string): number | undefined {
  const value = beginningOf(text)
  return typeof value === 'bigint' ? Number(BigInt.asUintN(32, value)) : undefined
}

/** An int as C's atoi reads it: of a text that only begins with one, that part counts; 0 for any other. */
export function lenientInt(text: string): number {
  const digits = /^\s*([+-]?\d+)/.exec(text)?.[1]
  if (digits === undefined) return 0
  return Number(BigInt.asIntN(32, clampToLong(BigInt(digits))))
}

const MAX_I64 = 0x7fff_ffff_ffff_ffffn

function clampToLong(value: bigint): bigint {
  if (value > MAX_I64) return MAX_I64
  return value < -MAX_I64 - 1n ? -MAX_I64 - 1n : value
}
