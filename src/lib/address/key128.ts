import { type IpBytes, parseIp } from './ip-text.ts'

/** The four 32-bit words of the 128-bit number that the allocation algorithms see in an address. */
export type Key128 = readonly [number, number, number, number]

/**
 * IPv6 unchanged, IPv4 after 96 zero bits, so `::a.b.c.d` and `a.b.c.d` are the same address. `::ffff:a.b.c.d` counts as IPv4.
 */
function key128({ family, bytes }: IpBytes): Key128 {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (family === 'ipv4') return [0, 0, 0, view.getUint32(0)]
  const words: Key128 = [view.getUint32(0), view.getUint32(4), view.getUint32(8), view.getUint32(12)]
  return words[0] === 0 && words[1] === 0 && words[2] === 0xffff ? [0, 0, 0, words[3]] : words
}

/** The key of an address in text; undefined if it is not an address. */
export function parseKey128(text: string): Key128 | undefined {
  const ip = parseIp(text)
  return ip && key128(ip)
}

/** Negative, zero or positive, for an ascending order. */
export function compareKey128(a: Key128, b: Key128): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2] || a[3] - b[3]
}
