import { SocketAddress } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIp, formatIpv4, parseIp } from '../../../src/lib/address/ip-text.ts'

/** What glibc's inet_pton and inet_ntop make of it. */
const canonical: [text: string, canonical: string][] = [
  ['10.99.1.131', '10.99.1.131'],
  ['0.0.0.0', '0.0.0.0'],
  ['::', '::'],
  ['1::', '1::'],
  ['::1:2', '::0.1.0.2'],
  ['::0.0.1.0', '::100'],
  ['::ffff:1.2.3.4', '::ffff:1.2.3.4'],
  ['::FFFF:0:1.2.3.4', '::ffff:0:102:304'],
  ['64:ff9b::1.2.3.4', '64:ff9b::102:304'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['1:0:0:2:3:0:0:4', '1::2:3:0:0:4'],
  ['1:0:2:0:3:0:4:0', '1:0:2:0:3:0:4:0'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['0:0:0:0:0:ffff:0:1', '::ffff:0.0.0.1'],
]

/** What inet_pton refuses. */
const refused = [
  ...['', '1.2.3', '1.2.3.4.5', '256.1.1.1', '01.2.3.4', '1.2.3.4 ', '1.2.3.x', '-1.2.3.4', '0x1.2.3.4'],
  ...['::1::', ':::', '1:2:3:4:5:6:7', '1:2:3:4:5:6:7:8:9', '12345::', '::1.2.3.4:5', '1.2.3.4::', ':1::2', '1::2:', '::1%eth0'],
  ...['::01.2.3.4', '1:2:3:4:5:6:7:1.2.3.4', '1::2:3:4:5:6:7:8', '::g', '::1/64'],
]

describe('an IP address in text', () => {
  it.each(canonical)('%s is read, and written as %s', (text, expected) => {
    const ip = parseIp(text)
    expect(ip && formatIp(ip)).toBe(expected)
  })

  it.each(refused)('%j is refused', (text) => {
    expect(parseIp(text)).toBeUndefined()
  })

  it('is written right, also when more addresses were written than are remembered', () => {
    const bytesOf = (number: number) => Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number)
    for (const start of [0, 0x7fff_ffff - 10_000, 0xffff_ffff - 20_000]) {
      for (let number = start; number <= start + 20_000; number++) {
        const bytes = bytesOf(number)
        if (formatIpv4(bytes) !== bytes.join('.')) expect.unreachable(bytes.join('.'))
      }
    }
    expect(formatIpv4(bytesOf(0xffff_ffff))).toBe('255.255.255.255')
  })

  it('is written as the C library writes it, and read back to the same bytes', () => {
    const word = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.constant(0xffff) }, fc.nat(0xffff))
    fc.assert(
      fc.property(fc.array(word, { minLength: 8, maxLength: 8 }), (words) => {
        const bytes = Uint8Array.from(words.flatMap((value) => [value >> 8, value & 0xff]))
        const text = formatIp({ family: 'ipv6', bytes })
        const long = words.map((value) => value.toString(16)).join(':')
        expect(text).toBe(new SocketAddress({ address: long, family: 'ipv6' }).address)
        expect(parseIp(text)).toEqual({ family: 'ipv6', bytes })
      }),
      { numRuns: 2000 },
    )
  })
})
