import { ERRNO } from '../errno.ts'

/** What C's strtoul reads of a text in base 10. Samba rejects negative numbers. */
const LEADING = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)/
const MAX_UNSIGNED = 2n ** 64n - 1n

/** A number, cut to 32 bits as CTDB does; or an errno if there is none, which `ctdb` may use as its exit status. */
export type Decimal = { readonly value: number } | { readonly errno: number }

/** The decimal number at the beginning of a text. Ignores anything after it. */
export function leadingDecimal(text: string): Decimal {
  const [, sign, digits] = LEADING.exec(text) ?? []
  if (digits === undefined) return { errno: ERRNO.EINVAL }
  const value = BigInt(digits)
  if (value > MAX_UNSIGNED) return { errno: ERRNO.ERANGE }
  return sign === '-' ? { errno: ERRNO.EINVAL } : { value: Number(BigInt.asUintN(32, value)) }
}

/** Like {@link leadingDecimal}, but nothing may follow the number. */
export const wholeDecimal = (text: string): Decimal =>
  LEADING.exec(text)?.[0] === text ? leadingDecimal(text) : { errno: ERRNO.EINVAL }
