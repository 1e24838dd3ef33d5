import { describe, expect, it } from 'vitest'
import { parseIpAddr } from '../../../src/transport/host/ip-json.ts'

const ADDRESS = { family: 'inet', local: '10.0.0.1', prefixlen: 24, scope: 'global' }

const linkWith = (change: object): string =>
  JSON.stringify([{ ifname: 'eth0', flags: ['UP', 'LOWER_UP'], addr_info: [{ ...ADDRESS, ...change }] }])

describe('what ip prints is read', () => {
  it.each([
    ['forever', { valid_life_time: 4_294_967_295 }, { validSeconds: null }],
    ['for a time', { valid_life_time: 0, dynamic: true }, { validSeconds: 0, dynamic: true }],
    ['from a version that tells no time', {}, { validSeconds: null, dynamic: false }],
    ['that somebody else has', { tentative: true, dadfailed: true }, { tentative: false, dadFailed: true }],
    ['written in another way', { family: 'inet6', local: 'FD00:0::1' }, { address: 'fd00::1' }],
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
      { name, up: false, carrier: false },
    ])
  })
})

describe('what ip prints is refused when it is', () => {
  it.each([
    ['no JSON', 'eth0', 'it is not JSON'],
    ['cut off', linkWith({}).slice(0, -1), 'it is not JSON'],
    ['nested without end', '['.repeat(1_000_000), 'it is not JSON'],
    ['no list', '{}', 'all of it: '],
    ['without a name', '[{"flags":[]}]', '0.ifname: '],
    ['without flags', '[{"ifname":"eth0","addr_info":[]}]', '0.flags: '],
  ])('%s', (_, text, message) => {
    expect(() => parseIpAddr(text)).toThrow(`what \`ip -j addr\` printed cannot be read: ${message}`)
  })

  it.each([
    ['of another family', { family: 'mctp' }, '.family'],
    ['without an address', { local: undefined }, '.local'],
    ['with what is no address', { local: '10.0.0.999' }, '.local'],
    ['with mask bits that cannot be', { family: 'inet6', prefixlen: 129 }, '.prefixlen'],
    ['with mask bits that only the other family has', { prefixlen: 33 }, ''],
    ['with a time that is no number', { valid_life_time: '7' }, '.valid_life_time'],
    ['with a time that cannot be', { valid_life_time: -1 }, '.valid_life_time'],
  ])('an address %s', (_, change, place) => {
    expect(() => parseIpAddr(linkWith(change))).toThrow(`what \`ip -j addr\` printed cannot be read: 0.addr_info.0${place}: `)
  })
})
