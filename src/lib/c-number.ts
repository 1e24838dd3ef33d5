const NUMBER = /^[ \t\n\v\f\r]*\+?(?:0[xX](?<hex>[0-9a-fA-F]+)|0(?<octal>[0-7]*)|(?<decimal>[1-9]\d*))/

const MAX_UNSIGNED = 2n ** 64n - 1n

/**
 * The number that a text begins with, as C's strtoul reads it in base 0 (`0x` for hexadecimal, `0` for octal; what follows it does not
 * matter), cut to 32 bits as CTDB does. Undefined when there is none, when it is negative, or too large even for 64 bits.
 */
export function leadingUnsigned(text: string): number | undefined {
  const { hex, octal, decimal } = NUMBER.exec(text)?.groups ?? {}
  const digits = hex !== undefined ? `0x${hex}` : octal !== undefined ? `0o${octal || '0'}` : decimal
  if (digits === undefined) return undefined
  const value = BigInt(digits)
  return value > MAX_UNSIGNED ? undefined : Number(BigInt.asUintN(32, value))
}
