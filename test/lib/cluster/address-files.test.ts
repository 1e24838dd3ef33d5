import { describe, expect, it } from 'vitest'
import { parsePublicAddress, parsePublicAddresses, readPublicAddresses } from '../../../src/lib/cluster/address-files.ts'
import { CtdbtsError } from '../../../src/lib/errors.ts'

describe('the public addresses file', () => {
  it('has an address with its mask and its interfaces in each line', () => {
    const text = '10.0.0.1/24 eth1\n\n  # not this one\n\t10.0.0.2/0\teth1,eth2,  \r\nfd00::1/128 eth2'
    expect(parsePublicAddresses(text)).toEqual([
      { address: '10.0.0.1', maskBits: 24, interfaces: ['eth1'] },
      { address: '10.0.0.2', maskBits: 0, interfaces: ['eth1', 'eth2'] },
      { address: 'fd00::1', maskBits: 128, interfaces: ['eth2'] },
    ])
    expect(parsePublicAddresses('')).toEqual([])
  })

  it('may write an IPv6 address in any notation: it is normalized as in the kernel and on the wire', () => {
    expect(parsePublicAddresses('FD00:0:0::0001/64 eth1')[0]?.address).toBe('fd00::1')
  })

  it('may have an IPv6 address in brackets, and ends a line at a carriage return, as ctdbd does', () => {
    const text = '[2001:db8::1]/64 eth1\n10.0.0.2/24 eth1\rmore\n'
    expect(readPublicAddresses(text).addresses).toEqual([
      { address: '2001:db8::1', maskBits: 64, interfaces: ['eth1'] },
      { address: '10.0.0.2', maskBits: 24, interfaces: ['eth1'] },
    ])
  })

  it.each([
    ['10.0.0.256/24 eth1', '"10.0.0.256" is not an IP address'],
    ['/24 eth1', '"" is not an IP address'],
    ['10.0.0.1 eth1', '"" is not a mask for 10.0.0.1'],
    ['10.0.0.1/33 eth1', '"33" is not a mask for 10.0.0.1'],
    ['10.0.0.1/-1 eth1', '"-1" is not a mask for 10.0.0.1'],
    ['10.0.0.1/0x8 eth1', '"0x8" is not a mask for 10.0.0.1'],
    ['fd00::1/129 eth1', '"129" is not a mask for fd00::1'],
    ['::ffff:10.0.0.1/120 eth1', '"120" is not a mask for ::ffff:10.0.0.1'],
    ['10.0.0.1/24', 'no interface for 10.0.0.1'],
    ['10.0.0.1/24 ,', 'no interface for 10.0.0.1'],
    ['10.0.0.1/24/8 eth1', '"10.0.0.1/24" is not an IP address'],
    ['10.0.0.9/24 eth1', '10.0.0.9 is already in line 1'],
    ['\ufeff10.0.0.1/24 eth1', '"\\ufeff10.0.0.1" is not an IP address'],
    ['10.0.0.1/24\u00a0eth1', '"24\\u00a0eth1" is not a mask for 10.0.0.1'],
    ['10.0.0.1/24\veth1', '"24\\u000beth1" is not a mask for 10.0.0.1'],
    ['10.0.0.1/24\feth1', '"24\\feth1" is not a mask for 10.0.0.1'],
  ])('rejects %j, naming file, line and reason', (line, reason) => {
    expect(() => parsePublicAddresses(`10.0.0.9/24 eth1\n#\n${line}\n`, '/etc/ctdb/public_addresses')).toThrow(
      expect.objectContaining({ code: 'BAD_FILE', message: `/etc/ctdb/public_addresses, line 3: ${reason}` }),
    )
  })
})

describe('a single line of it', () => {
  const parse = (line: string) => parsePublicAddress(line, (reason) => new CtdbtsError('BAD_FILE', reason))

  it('is read or refused as in a file', () => {
    expect(parse('10.0.0.1/24 eth1,eth2')).toEqual({ address: '10.0.0.1', maskBits: 24, interfaces: ['eth1', 'eth2'] })
    expect(() => parse('10.0.0.1/33 eth1')).toThrow('"33" is not a mask for 10.0.0.1')
    expect(() => parse('')).toThrow('"" is not an IP address')
  })
})

describe('the public addresses file, read line by line', () => {
  it('gives all good lines and names all bad ones, each as ctdbd and its scripts would judge it', () => {
    const text = [
      '10.0.0.1/24 eth1',
      '10.0.0.2 eth1',
      'nonsense',
      '10.0.0.3/24',
      '10.0.0.4/99 eth1',
      '10.0.0.5/24 ,',
      '10.0.0.6/24 eth1 # office',
      ' 10.0.0.7/24 eth1',
      '  # indented',
      '10.0.0.8/24 eth1\r',
      '10.0.0.1/16 eth2',
      '10.0.0.9/24 eth1',
    ].join('\n')
    const { addresses, faults } = readPublicAddresses(text)
    expect(addresses.map(({ address }) => address)).toEqual([1, 4, 5, 6, 7, 8, 9].map((last) => `10.0.0.${last}`))
    expect(faults.map(({ line, judgement, reason }) => `${line} ${judgement}: ${reason}`)).toEqual([
      '2 rejected: "" is not a mask for 10.0.0.2',
      '3 rejected: "nonsense" is not an IP address',
      '4 rejected: no interface for 10.0.0.3',
      '5 wrong: "99" is not a mask for 10.0.0.4',
      '6 wrong: no interface for 10.0.0.5',
      '7 careless: too many words: "# office": ctdbd does not read them, but the event scripts take them for interfaces',
      '8 careless: it begins with a blank: the event scripts read its first word as an interface',
      '9 careless: it begins with a blank: the event scripts read its first word as an interface',
      '10 careless: it has a carriage return, where ctdbd ends the line: the event scripts read that as part of a word',
      '11 rejected: 10.0.0.1 is already in line 1',
      '12 careless: no newline at the end: the event scripts, which read line by line, do not see this last line',
    ])
  })

  // A quarter of a million blanks took minutes; see trimmed-end.ts.
  it('takes time in proportion to its length', () => {
    const blanks = ' '.repeat(250_000)
    const { addresses } = readPublicAddresses(`10.0.0.1/24${blanks}eth1\n`)
    expect(addresses).toEqual([{ address: '10.0.0.1', maskBits: 24, interfaces: ['eth1'] }])
  })

  it('accepts an empty file, and one with comments only', () => {
    expect(readPublicAddresses('')).toEqual({ addresses: [], faults: [] })
    expect(readPublicAddresses('\n# none\n\n')).toEqual({ addresses: [], faults: [] })
  })
})
