import { describe, expect, it } from 'vitest'
import { parseIpAddr } from '../../../src/lib/host/ip-json.ts'

const ADDRESS = { family: 'inet', local: '10.0.0.1', prefixlen: 24, scope: 'global' }

const linkWith = (change: object): string =>
  JSON.stringify([{ ifname: 'eth0', flags: ['UP', 'LOWER_UP'], addr_info: [{ ...ADDRESS, ...change }] }])

describe('the output of ip is read', () => {
  it.each([
    ['forever', { valid_life_time: 4_294_967_295 }, { validSeconds: null }],
    ['for a time', { valid_life_time: 0, dynamic: true }, { validSeconds: 0, dynamic: true }],
    ['from a version that tells no time', {}, { validSeconds: null, dynamic: false }],
    ['that somebody else has', { tentative: true, dadfailed: true }, { tentative: false, dadFailed: true }],
    ['written in another way', { family: 'inet6', local: 'FD00:0::1' }, { address: 'fd00::1' }],
    ['with a time in words', { valid_life_time: 'forever' }, { validSeconds: null }],
    ['with a scope that has no name', { scope: 200 }, { scope: '200' }],
    ['with a peer', { address: '10.0.0.2', prefixlen: 32 }, { address: '10.0.0.1', maskBits: 32 }],
    ['with flags that are not known', { flags02: true }, { secondary: false }],
  ])('an address %s', (_, change, expected) => {
    expect(parseIpAddr(linkWith(change)).addresses).toMatchObject([expected])
  })

  it.each([
    ['a raw escape character', 'a\x1b[31mb', 'a\x1b[31mb'],
    ['an escaped quote, as old versions have it', "a\\'b", "a'b"],
    ['backslashes', 'a\\\\nb', 'a\\nb'],
    ['a backslash before a quote', "a\\\\'b", "a\\'b"],
  ])('an interface with %s in its name', (_, printed, name) => {
    expect(parseIpAddr(`[{"ifname":"${printed}","flags":[],"addr_info":[]}]\n`).links).toEqual([
      { name, up: false, carrier: false, altnames: [], isBond: false },
    ])
  })
})

describe('the output of ip is refused when it is', () => {
  it.each([
    { what: 'no JSON', text: 'eth0', message: 'it is not JSON' },
    { what: 'cut off', text: linkWith({}).slice(0, -1), message: 'it is not JSON' },
    { what: 'nested without end', text: '['.repeat(1_000_000), message: 'it is not JSON' },
    { what: 'no list', text: '{}', message: 'it is not a list' },
    { what: 'a list without any interface', text: '[{"flags":[]}]', message: 'interface 1: ifname: ' },
  ])('$what', ({ text, message }) => {
    expect(() => parseIpAddr(text)).toThrow(`what \`ip -j addr\` printed cannot be read: ${message}`)
  })
})

describe('an odd entry costs that entry only:', () => {
  const READABLE = { ifname: 'eth9', flags: ['UP'], addr_info: [{ ...ADDRESS, local: '10.0.0.9' }] }

  it.each([
    { what: 'an address without a text', change: { local: undefined }, unread: 'eth0: local: ' },
    { what: 'an address that is none', change: { local: '10.0.0.999' }, unread: 'eth0: local: ' },
    {
      what: 'an address of the other family',
      change: { family: 'inet6' },
      unread: 'eth0: all of it: an address of another family',
    },
    { what: 'mask bits that cannot be', change: { family: 'inet6', prefixlen: 129 }, unread: 'eth0: prefixlen: ' },
    { what: 'mask bits that only the other family has', change: { prefixlen: 33 }, unread: 'eth0: all of it: ' },
    { what: 'a time that is no number', change: { valid_life_time: '7' }, unread: 'eth0: valid_life_time: ' },
    { what: 'a time that cannot be', change: { valid_life_time: -1 }, unread: 'eth0: valid_life_time: ' },
  ])('$what', ({ change, unread }) => {
    const network = parseIpAddr(JSON.stringify([...JSON.parse(linkWith(change)), READABLE]))
    expect(network.links.map(({ name }) => name)).toEqual(['eth0', 'eth9'])
    expect(network.addresses.map(({ address }) => address)).toEqual(['10.0.0.9'])
    expect(network.unread).toEqual([expect.stringContaining(unread)])
  })

  it('an interface without a name or without flags', () => {
    const odd = [{ flags: [] }, { ifname: 'eth1', addr_info: [] }, READABLE]
    const network = parseIpAddr(JSON.stringify(odd))
    expect(network.links.map(({ name }) => name)).toEqual(['eth9'])
    expect(network.unread).toEqual([
      expect.stringMatching(/^interface 1: ifname: /),
      expect.stringMatching(/^interface 2: flags: /),
    ])
  })
})

describe('what ip prints for something else than an IP address is left out:', () => {
  it.each([
    { what: 'empty objects', entries: [{}, ...JSON.parse(linkWith({})), {}] },
    { what: 'an empty object among the addresses', entries: [{ ifname: 'eth0', flags: [], addr_info: [{}, ADDRESS] }] },
    {
      what: 'an address that was just deleted',
      entries: [{ ifname: 'eth0', flags: [], addr_info: [{ ...ADDRESS, local: '10.0.0.2', deleted: true }, ADDRESS] }],
    },
    { what: 'an interface that was just deleted', entries: [{ deleted: true, ifname: 'eth7' }, ...JSON.parse(linkWith({}))] },
    {
      what: 'an address of another family',
      entries: [{ ifname: 'eth0', flags: [], addr_info: [{ family: 'mctp', local: '8', scope: 'global' }, ADDRESS] }],
    },
  ])('$what', ({ entries }) => {
    const network = parseIpAddr(JSON.stringify(entries))
    expect(network.links.map(({ name }) => name)).toEqual(['eth0'])
    expect(network.addresses.map(({ address }) => address)).toEqual(['10.0.0.1'])
    expect(network.unread).toEqual([])
  })

  it('an interface may have no addresses at all', () => {
    const [link] = parseIpAddr('[{"ifname":"eth1","flags":["UP"]}]').links
    expect(link).toEqual({ name: 'eth1', up: true, carrier: false, altnames: [], isBond: false })
  })
})

it('an interface has alternative names, what it is on or a part of, and whether it is a bond', () => {
  const entries = [
    { ifname: 'bond0', flags: ['MASTER', 'UP', 'LOWER_UP'], altnames: ['ens192', 'enp1s0'], addr_info: [] },
    { ifname: 'bond0.7', link: 'bond0', flags: ['UP'], addr_info: [] },
    { ifname: 'eth1', link_index: 8, link_netnsid: 0, master: 'bond0', flags: [], addr_info: [] },
  ]
  expect(parseIpAddr(JSON.stringify(entries)).links).toEqual([
    { name: 'bond0', up: true, carrier: true, altnames: ['ens192', 'enp1s0'], isBond: true },
    { name: 'bond0.7', up: true, carrier: false, altnames: [], parent: 'bond0', isBond: false },
    { name: 'eth1', up: false, carrier: false, altnames: [], parent: 'if8', master: 'bond0', isBond: false },
  ])
})

it.each([
  ['of Ethernet', 'ether', '02:00:00:00:00:0A', '02:00:00:00:00:0a'],
  ['that is all zeros, which is none', 'ether', '00:00:00:00:00:00', undefined],
  ['of another type', 'infiniband', '02:00:00:00:00:0a', undefined],
])('an interface has a link address %s', (_, type, address, mac) => {
  const [link] = parseIpAddr(JSON.stringify([{ ifname: 'eth1', flags: [], link_type: type, address }])).links
  expect(link?.mac).toBe(mac)
})
