import { describe, expect, it } from 'vitest'
import {
  clusterNodes,
  parsePublicAddress,
  parsePublicAddresses,
  readPublicAddresses,
} from '../../../src/lib/cluster/address-files.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
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

  it('may write an IPv6 address in any way: it is read as the kernel and the wire have it', () => {
    expect(parsePublicAddresses('FD00:0:0::0001/64 eth1')[0]?.address).toBe('fd00::1')
  })

  it.each([
    ['10.0.0.256/24 eth1', '"10.0.0.256" is not an IP address'],
    ['/24 eth1', '"" is not an IP address'],
    ['10.0.0.1 eth1', '"" is no mask for 10.0.0.1'],
    ['10.0.0.1/33 eth1', '"33" is no mask for 10.0.0.1'],
    ['10.0.0.1/-1 eth1', '"-1" is no mask for 10.0.0.1'],
    ['10.0.0.1/0x8 eth1', '"0x8" is no mask for 10.0.0.1'],
    ['fd00::1/129 eth1', '"129" is no mask for fd00::1'],
    ['10.0.0.1/24', 'no interface for 10.0.0.1'],
    ['10.0.0.1/24 ,', 'no interface for 10.0.0.1'],
    ['10.0.0.1/24/8 eth1', '"10.0.0.1/24" is not an IP address'],
    ['10.0.0.1/24 eth1 eth2', 'too many words: "eth2"'],
    ['10.0.0.9/24 eth1', '10.0.0.9 is in line 1 already'],
  ])('rejects %j, naming file, line and reason', (line, reason) => {
    expect(() => parsePublicAddresses(`10.0.0.9/24 eth1\n#\n${line}\n`, '/etc/ctdb/public_addresses')).toThrow(
      expect.objectContaining({ code: 'BAD_FILE', message: `/etc/ctdb/public_addresses, line 3: ${reason}` }),
    )
  })
})

describe('a single line of it', () => {
  const parse = (line: string) => parsePublicAddress(line, (reason) => new CtdbtsError('BAD_LINE', reason))

  it('is read or refused as in a file', () => {
    expect(parse('10.0.0.1/24 eth1,eth2')).toEqual({ address: '10.0.0.1', maskBits: 24, interfaces: ['eth1', 'eth2'] })
    expect(() => parse('10.0.0.1/33 eth1')).toThrow('"33" is no mask for 10.0.0.1')
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
      '2 rejected: "" is no mask for 10.0.0.2',
      '3 rejected: "nonsense" is not an IP address',
      '4 rejected: no interface for 10.0.0.3',
      '5 wrong: "99" is no mask for 10.0.0.4',
      '6 wrong: no interface for 10.0.0.5',
      '7 wrong: too many words: "# office"',
      '8 careless: it begins with a blank: the event scripts take its first word for an interface',
      '9 careless: it begins with a blank: the event scripts take its first word for an interface',
      '10 careless: it ends in a carriage return: for the event scripts that belongs to the last word',
      '11 rejected: 10.0.0.1 is in line 1 already',
      '12 careless: no newline at the end: the event scripts, which read line by line, do not see this last line',
    ])
  })

  it('finds nothing wrong in one that is empty, or made of comments', () => {
    expect(readPublicAddresses('')).toEqual({ addresses: [], faults: [] })
    expect(readPublicAddresses('\n# none\n\n')).toEqual({ addresses: [], faults: [] })
  })
})

describe('the nodes file', () => {
  it('gives each line its number, also to those that are commented out', () => {
    expect(clusterNodes('10.9.0.1\n#10.9.0.2\n  10.9.0.3 \n# gone\n\n\n', 'nodes')).toEqual([
      { pnn: 0, flags: 0, address: { family: 'ipv4', address: '10.9.0.1', port: 4379 } },
      { pnn: 1, flags: NODE_FLAG.DELETED, address: { family: 'ipv4', address: '10.9.0.2', port: 4379 } },
      { pnn: 2, flags: 0, address: { family: 'ipv4', address: '10.9.0.3', port: 4379 } },
      { pnn: 3, flags: NODE_FLAG.DELETED, address: { family: 'ipv4', address: '0.0.0.0', port: 4379 } },
    ])
  })

  it('may be empty, and may have IPv6 addresses', () => {
    expect(clusterNodes('\n \n', 'nodes')).toEqual([])
    expect(clusterNodes('fd00::1', 'nodes')[0]?.address).toEqual({ family: 'ipv6', address: 'fd00::1', port: 4379 })
  })

  it.each(['node-1', '10.9.0.2/24', '10.9.0.2 eth0'])('rejects %j, naming file, line and reason', (line) => {
    expect(() => clusterNodes(`10.9.0.1\n${line}\n`, '/etc/ctdb/nodes')).toThrow(
      expect.objectContaining({
        code: 'BAD_FILE',
        message: `/etc/ctdb/nodes, line 2: ${JSON.stringify(line)} is not an IP address`,
      }),
    )
  })
})
