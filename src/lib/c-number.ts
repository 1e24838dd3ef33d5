import { ERRNO } from './errno.ts'
import { CtdbtsError } from './errors.ts'

// Numbers as `ctdb`'s C library reads them: it ignores blanks before a number and anything after it.

const MAX_U64 = 0xffff_ffff_ffff_ffffn

/** The unsigned number (decimal, 0x… or 0…) at the beginning of a text, or why there is none. */
function beginningOf(text: string): bigint | 'is not a number' | 'is negative' | 'is too large' {
  const { sign, digits } = /^\s*(?<sign>[+-]?)(?<digits>0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(text)?.groups ?? {}
  if (digits === undefined) return 'is not a number'
  if (sign === '-') return 'is negative'
  const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits)
  return value > MAX_U64 ? 'is too large' : value
}

/**
 * An unsigned number, decimal, 0x… or 0…, as Samba's strtoul reads it: ignores anything after the number.
 * @param what what the number is, for the message.
 * @throws CtdbtsError BAD_NUMBER, with the exit status of `ctdb`, which prints nothing in this case.
 */
export function unsignedNumber(text: string, what: string): bigint {
  const value = beginningOf(text)
  if (typeof value === 'bigint') return value
  throw new CtdbtsError('BAD_NUMBER', `${what} ${JSON.stringify(text)} ${value}`, {
    exitStatus: value === 'is too large' ? ERRNO.ERANGE : ERRNO.EINVAL,
    ctdbText: { stderr: [] },
  })
}

/** Like {@link unsignedNumber}, but cut to 32 bits as CTDB does; undefined if there is none. */
export function leadingUnsigned(text: string): number | undefined {
  const value = beginningOf(text)
  return typeof value === 'bigint' ? Number(BigInt.asUintN(32, value)) : undefined
}

/** An int as C's atoi reads it: ignores anything after the number; 0 if there is none. */
export const lenientInt = (text: string): number => Number(BigInt.asIntN(32, lenientLong(text)))

const MAX_I64 = 0x7fff_ffff_ffff_ffffn

/** A long as C's atol reads it: ignores anything after the number; 0 if there is none. */
export function lenientLong(text: string): bigint {
  const value = BigInt(/^\s*([+-]?\d+)/.exec(text)?.[1] ?? '0')
  if (value > MAX_I64) return MAX_I64
  return value < -MAX_I64 - 1n ? -MAX_I64 - 1n : value
}
