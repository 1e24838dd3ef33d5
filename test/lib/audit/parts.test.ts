import { describe, expect, it } from 'vitest'
import { parseIp } from '../../../src/lib/address/ip-text.ts'
import { configValue, isOn } from '../../../src/lib/audit/config-file.ts'
import { inNetwork, networkText } from '../../../src/lib/audit/network.ts'
import { compareAddresses, normalAddress } from '../../../src/lib/audit/normal.ts'

const bytesOf = (text: string) => parseIp(text) ?? { family: 'ipv4' as const, bytes: new Uint8Array(4) }

describe('a setting of ctdb.conf', () => {
  const text =
    '# disabled = true\n[cluster]\n disabled = true\n[Failover] rest\n; disabled=false\n  disabled  =  YES \n[legacy]\n'

  it('is read only from its section, whose name is case-insensitive', () => {
    expect(configValue(text, 'failover', 'disabled')).toBe('YES')
    expect(configValue(text, 'event', 'disabled')).toBeUndefined()
    expect(configValue('[failover]\ndisabled\n', 'failover', 'disabled')).toBeUndefined()
  })

  it('is absent when it or its section is misspelled', () => {
    expect(configValue('[failover]\nDisabled = yes\n', 'failover', 'disabled')).toBeUndefined()
    expect(configValue('[ failover ]\ndisabled = yes\n', 'failover', 'disabled')).toBeUndefined()
  })

  it('continues on the next line after a backslash', () => {
    // In time that grows with the length only.
    expect(configValue(`[cluster]\nnodes list = ${'a\\\n'.repeat(80_000)}`, 'cluster', 'nodes list')).toBe('a'.repeat(80_000))
    expect(configValue('# a \\\n[cluster]\nnodes \\ \nlist = /a \\\n  b', 'cluster', 'nodes list')).toBe('/a b')
  })

  it('may be empty; a truncated file has none', () => {
    expect(configValue('[cluster]\nnodes list =\nnodes list = /a\n', 'cluster', 'nodes list')).toBe('')
    expect(configValue('[cluster]\nnodes list = /a\n[failover\n', 'cluster', 'nodes list')).toBeUndefined()
    expect(configValue('[cluster]\nnodes list = /a\n = b\n', 'cluster', 'nodes list')).toBeUndefined()
  })

  it('may have a name of several words, and its last value counts', () => {
    expect(configValue('[cluster]\ncluster   lock = /a\ncluster lock = /b = c\r\n', 'cluster', 'cluster lock')).toBe('/b = c')
  })

  it('is on for true and yes', () => {
    expect(['true', 'Yes', 'TRUE', 'no', '1', '', undefined].map(isOn)).toEqual([true, true, true, false, false, false, false])
  })
})

describe('an address', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['::ffff:10.0.0.1', '10.0.0.1'],
    ['::FFFF:0a00:1', '10.0.0.1'],
    ['FD00:0:0::0001', 'fd00::1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['not an address', 'not an address'],
  ])('%s has the canonical text %s', (text, normal) => {
    expect(normalAddress(text)).toBe(normal)
  })

  it('is sorted as in ctdb ip', () => {
    expect(['fd00::1', '10.0.0.10', '10.0.0.9', '::1'].toSorted(compareAddresses)).toEqual([
      '10.0.0.9',
      '10.0.0.10',
      '::1',
      'fd00::1',
    ])
  })
})

describe('a network', () => {
  it.each([
    ['10.9.1.2', 24, '10.9.1.0/24'],
    ['10.9.255.2', 17, '10.9.128.0/17'],
    ['10.9.1.2', 0, '0.0.0.0/0'],
    ['10.9.1.2', 32, '10.9.1.2/32'],
    ['fd00:0:0:7::1', 64, 'fd00:0:0:7::/64'],
  ])('of %s with %i bits is %s', (address, bits, text) => {
    expect(networkText(bytesOf(address), bits)).toBe(text)
  })

  it('contains addresses that agree in its bits, of its own family', () => {
    expect(inNetwork('10.9.1.77', bytesOf('10.9.1.2'), 24)).toBe(true)
    expect(inNetwork('10.9.2.77', bytesOf('10.9.1.2'), 24)).toBe(false)
    expect(inNetwork('::10.9.1.77', bytesOf('10.9.1.2'), 24)).toBe(false)
    expect(inNetwork('none', bytesOf('10.9.1.2'), 24)).toBe(false)
  })
})
