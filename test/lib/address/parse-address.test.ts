import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { leadingDecimal, wholeDecimal } from '../../../src/lib/address/decimal.ts'
import {
  parseAddressAndMask,
  parseConnections,
  parsePublicAddress,
  parseSocketAddress,
} from '../../../src/lib/address/parse-address.ts'
import { socketAddresses } from '../../support/arbitraries.ts'

const EINVAL = 22
const ERANGE = 34
/** Addresses that a connection may have: an IPv4-mapped one is read as IPv4. */
const plain = socketAddresses
  .filter(({ address }) => !address.startsWith('::ffff:'))
  .map(({ family, address, port }) => ({ family, address, port }))

describe('an argument of the command line', () => {
  it.each([
    ['10.0.0.1', 'ipv4', '10.0.0.1'],
    ['fd00::1', 'ipv6', 'fd00::1'],
    ['[fd00::1]', 'ipv6', 'fd00::1'],
    ['FD00:0::1', 'ipv6', 'fd00::1'],
    ['::ffff:192.0.2.128', 'ipv4', '192.0.2.128'],
    ['[::ffff:192.0.2.128]', 'ipv4', '192.0.2.128'],
  ])('%s is an address', (word, family, address) => {
    expect(parsePublicAddress(word)).toEqual({ family, address, port: 0 })
  })

  it.each(['', 'junk', '10.0.0', '10.0.0.1 ', '[10.0.0.1]', '[fd00::1', 'fd00::1]', '::ffff:a00:1', 'fd00::1%eth0', ':'])(
    '%j is no address',
    (word) => {
      expect(parsePublicAddress(word)).toBeUndefined()
    },
  )

  it.each([
    ['10.0.0.1:445', '10.0.0.1', 445],
    ['[fd00::1]:445', 'fd00::1', 445],
    ['fd00::1:445', 'fd00::1', 445],
    ['::ffff:172.16.0.27:977', '172.16.0.27', 977],
    ['10.0.0.1: +445', '10.0.0.1', 445],
    // The real tool keeps 16 bits.
    ['10.0.0.1:65981', '10.0.0.1', 445],
  ])('%s is an address with a port', (word, address, port) => {
    expect(parseSocketAddress(word)).toMatchObject({ address, port })
  })

  it.each([
    '10.0.0.1',
    '10.0.0.1:',
    '10.0.0.1:x',
    '10.0.0.1:1 ',
    '10.0.0.1:-1',
    ':1',
    'fd00::1:5:',
    '[10.0.0.1]:1',
    `${'0'.repeat(63)}:1`,
  ])('%j is not an address with a port', (word) => {
    expect(parseSocketAddress(word)).toBeUndefined()
  })

  it.each([
    ['10.0.0.1/24', '10.0.0.1', 24],
    ['fd00::1/64', 'fd00::1', 64],
    ['fd00::1/128', 'fd00::1', 128],
    ['10.0.0.1/32', '10.0.0.1', 32],
  ])('%s is an address with a mask', (word, address, maskBits) => {
    expect(parseAddressAndMask(word)).toMatchObject({ address: { address }, maskBits })
  })

  it.each(['10.0.0.1', '10.0.0.1/', '10.0.0.1/x', '/24', '10.0.0.1/24x', '10.0.0.1/2/4', '10.0.0.1/33', 'fd00::1/129'])(
    '%j is no address with a mask',
    (word) => {
      expect(parseAddressAndMask(word)).toBeUndefined()
    },
  )
})

describe('any address', () => {
  it('is read as it is written, with or without brackets', () => {
    fc.assert(
      fc.property(plain, (address) => {
        const { family, port } = address
        const bare = `${address.address}:${port}`
        expect(parseSocketAddress(bare)).toEqual(address)
        if (family === 'ipv6') expect(parseSocketAddress(`[${address.address}]:${port}`)).toEqual(address)
        expect(parsePublicAddress(address.address)).toEqual({ ...address, port: 0 })
      }),
    )
  })

  it('is read or refused without an exception, whatever the text', () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f:.[\]/ -]{0,70}$/))
    const parsers = [parsePublicAddress, parseSocketAddress, parseAddressAndMask, parseConnections]
    fc.assert(
      fc.property(texts, (text) => {
        for (const parse of parsers) expect(() => parse(text)).not.toThrow()
      }),
    )
  })
})

describe('connections in lines', () => {
  it('are read, except empty lines and comments, and without trailing text', () => {
    const text = '10.0.0.1:1 10.0.0.2:2\n\n# none\n\t[fd00::1]:3 \t fd00::2:4 and more'
    expect(parseConnections(text)?.map(({ source, destination }) => [source.address, source.port, destination.address])).toEqual([
      ['10.0.0.1', 1, '10.0.0.2'],
      ['fd00::1', 3, 'fd00::2'],
    ])
  })

  it.each([
    '10.0.0.1:1',
    '10.0.0.1:1 fd00::1:2',
    ' ',
    ' # none',
    '10.0.0.1:1 10.0.0.2:2\r',
    `10.0.0.1:1 10.0.0.2:2${' '.repeat(107)}`,
  ])('are refused altogether for the line %j', (line) => {
    expect(parseConnections(`10.0.0.1:1 10.0.0.2:2\n${line}\n`)).toBeUndefined()
  })

  it('are none in an empty text', () => {
    expect(parseConnections('')).toEqual([])
  })
})

describe('a decimal number', () => {
  it.each([
    ['12', 12],
    [' \t+12', 12],
    ['012x', 12],
    ['4294967297', 1],
    ['18446744073709551615', 0xffff_ffff],
  ])('%j begins with %d', (text, value) => {
    expect(leadingDecimal(text)).toEqual({ value })
  })

  it.each([
    ['', EINVAL],
    ['x1', EINVAL],
    ['-1', EINVAL],
    ['18446744073709551616', ERANGE],
  ])('%j does not begin with one (errno %d)', (text, errno) => {
    expect(leadingDecimal(text)).toEqual({ errno })
  })

  it('is the whole text or nothing', () => {
    expect([wholeDecimal(' 24'), wholeDecimal('24 ')]).toEqual([{ value: 24 }, { errno: EINVAL }])
  })
})
