/** As much of a text as C's strtoul reads in base 10, where Samba refuses a negative number. */
const LEADING = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)/
const MAX_UNSIGNED = 2n ** 64n - 1n

/** Linux' numbers for a text that is no number, and for one that is too large. */
const ERRNO = { EINVAL: 22, ERANGE: 34 } as const

/** A number, cut to 32 bits as CTDB does; or why there is none, as an errno, with which the real tool may exit. */
export type Decimal = { readonly value: number } | { readonly errno: number }

/** The decimal number that a text begins with; what follows it does not matter. */
export function leadingDecimal(text: string): Decimal {
  const [, sign, digits] = LEADING.exec(text) ?? []
  if (digits === undefined) return { errno: ERRNO.EINVAL }
  const value = BigInt(digits)
  if (value > MAX_UNSIGNED) return { errno: ERRNO.ERANGE }
  return sign === '-' ? { errno: ERRNO.EINVAL } : { value: Number(BigInt.asUintN(32, value)) }
}

/** The same of a text in which nothing follows. */
export const wholeDecimal = (text: string): Decimal =>
  LEADING.exec(text)?.[0] === text ? leadingDecimal(text) : { errno: ERRNO.EINVAL }
