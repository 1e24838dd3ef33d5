/** The two families of IP address that CTDB knows. */
export type IpFamily = 'ipv4' | 'ipv6'

/** An IP address as its bytes in network order: 4 for IPv4, 16 for IPv6. */
export interface IpBytes {
  readonly family: IpFamily
  readonly bytes: Uint8Array
}

/** Texts of IPv4 addresses by their number: large clusters tell of the same addresses again and again, and so each is in memory once. */
const ipv4Texts = new Map<number, string>()
const MOST_IPV4_TEXTS = 16_384

/** The text of an IPv4 address of 4 bytes. */
export function formatIpv4(bytes: Uint8Array): string {
  // Taking the bytes themselves apart like this would be three times as slow, as they are no array.
  const [a, b, c, d] = [bytes[0] ?? 0, bytes[1] ?? 0, bytes[2] ?? 0, bytes[3] ?? 0]
  const number = (a << 24) | (b << 16) | (c << 8) | d
  const known = ipv4Texts.get(number)
  if (known !== undefined) return known
  if (ipv4Texts.size === MOST_IPV4_TEXTS) ipv4Texts.clear()
  const text = `${a}.${b}.${c}.${d}`
  ipv4Texts.set(number, text)
  return text
}

/**
 * The text of an IPv6 address of 16 bytes, as the C library's inet_ntop writes it, which is what `ctdb` prints: lower case, the
 * first of the longest runs of two or more zero words as `::`, and IPv4-compatible and IPv4-mapped addresses with dots.
 */
export function formatIpv6(bytes: Uint8Array): string {
  const words = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0))
  const zeros = longestZeroRun(words)
  const embedsIpv4 = zeros.start === 0 && (zeros.length === 6 || (zeros.length === 5 && words[5] === 0xffff))
  const hex = (from: number, to: number) =>
    words
      .slice(from, to)
      .map((word) => word.toString(16))
      .join(':')
  if (embedsIpv4) {
    const middle = zeros.length === 5 ? 'ffff:' : ''
    return `::${middle}${formatIpv4(bytes.subarray(12))}`
  }
  if (zeros.length < 2) return hex(0, 8)
  return `${hex(0, zeros.start)}::${hex(zeros.start + zeros.length, 8)}`
}

function longestZeroRun(words: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 0 }
  let start = 0
  words.forEach((word, index) => {
    if (word !== 0) start = index + 1
    else if (index + 1 - start > best.length) best = { start, length: index + 1 - start }
  })
  return best
}

/** Whether an IPv6 address stands for an IPv4 one: `::ffff:a.b.c.d`. */
export const isIpv4Mapped = ({ family, bytes }: IpBytes): boolean =>
  family === 'ipv6' && bytes.every((byte, index) => index > 11 || byte === (index < 10 ? 0 : 0xff))

/** The text of an address of either family. */
export function formatIp({ family, bytes }: IpBytes): string {
  return family === 'ipv4' ? formatIpv4(bytes) : formatIpv6(bytes)
}

/**
 * The bytes of an address in text, as strict as the C library's inet_pton (no leading zeros in IPv4, no zone, no mask);
 * undefined if it is not an address.
 */
export function parseIp(text: string): IpBytes | undefined {
  const bytes = text.includes(':') ? parseIpv6(text) : parseIpv4(text)
  return bytes && { family: bytes.length === 4 ? 'ipv4' : 'ipv6', bytes }
}

const DOT = 46
const DIGIT_0 = 48
const DIGIT_9 = 57

/** One pass over the characters, because lists of addresses are parsed often: whenever they are encoded or sorted. */
function parseIpv4(text: string): Uint8Array | undefined {
  const bytes = new Uint8Array(4)
  let index = 0
  let value = -1
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === DOT && value >= 0 && index < 3) {
      bytes[index++] = value
      value = -1
    } else if (code >= DIGIT_0 && code <= DIGIT_9 && value !== 0) {
      value = Math.max(value, 0) * 10 + code - DIGIT_0
      if (value > 255) return undefined
    } else {
      return undefined
    }
  }
  if (index !== 3 || value < 0) return undefined
  bytes[3] = value
  return bytes
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const compressed = halves.length === 2
  const head = ipv6Words(halves[0] ?? '', !compressed)
  const tail = ipv6Words(halves[1] ?? '', true)
  if (!head || !tail) return undefined
  const missing = 8 - head.length - tail.length
  if (compressed ? missing < 1 : missing !== 0) return undefined
  const words = [...head, ...Array<number>(missing).fill(0), ...tail]
  return Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]))
}

/** The 16-bit words of `text`. At the end of the address (`atEnd`) the last part may be an IPv4 address. */
function ipv6Words(text: string, atEnd: boolean): number[] | undefined {
  if (text === '') return []
  const words: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      words.push(Number.parseInt(part, 16))
      continue
    }
    const ipv4 = atEnd && index === parts.length - 1 ? parseIpv4(part) : undefined
    if (!ipv4) return undefined
    const [a = 0, b = 0, c = 0, d = 0] = ipv4
    words.push((a << 8) | b, (c << 8) | d)
  }
  return words
}
