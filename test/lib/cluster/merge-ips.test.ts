import { describe, expect, it } from 'vitest'
import { mergeKnownIps } from '../../../src/lib/cluster/merge-ips.ts'
import { UNKNOWN_PNN } from '../../../src/lib/cluster/node.ts'

const ip = (address: string, pnn: number) => ({
  address: { family: address.includes(':') ? ('ipv6' as const) : ('ipv4' as const), address, port: 0 },
  pnn,
})
const owners = (...byNode: Parameters<typeof mergeKnownIps>[0][number][]) =>
  mergeKnownIps(byNode).map(({ address, pnn }) => [address.address, pnn])

describe('the merged list of public addresses', () => {
  it('believes a node only about itself', () => {
    expect(owners({ pnn: 0, ips: [ip('10.0.0.1', 1)] }, { pnn: 1, ips: [ip('10.0.0.1', 0)] })).toEqual([
      ['10.0.0.1', UNKNOWN_PNN],
    ])
    expect(owners({ pnn: 0, ips: [ip('10.0.0.1', 1)] }, { pnn: 1, ips: [ip('10.0.0.1', 1)] })).toEqual([['10.0.0.1', 1]])
  })

  it('lets the last of several claims win, and later unknown owners do not override it', () => {
    const claims = [0, 1, 2].map((pnn) => ({ pnn, ips: [ip('10.0.0.1', pnn < 2 ? pnn : 0)] }))
    expect(owners(...claims)).toEqual([['10.0.0.1', 1]])
  })

  it('has every address that any node knows, IPv4 first, in byte order', () => {
    const lists = [
      { pnn: 0, ips: [ip('fd00::1:5', 0), ip('10.0.0.9', 0), ip('9.255.0.1', 0)] },
      { pnn: 1, ips: [ip('10.0.0.10', 1), ip('fd00::f', 1), ip('::ffff:1.2.3.4', 1)] },
    ]
    expect(owners(...lists).map(([address]) => address)).toEqual([
      '9.255.0.1',
      '10.0.0.9',
      '10.0.0.10',
      '::ffff:1.2.3.4',
      'fd00::f',
      'fd00::1:5',
    ])
  })
})
