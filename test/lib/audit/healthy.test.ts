import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { ADDRESSES, healthyCluster, withAll, withFlags } from '../../support/audit-cluster.ts'
import { takeSeedFromEnvironment } from '../../support/fast-check.ts'

beforeAll(takeSeedFromEnvironment)

const wrong = (...samples: Snapshot[]) => {
  const { findings, unknown } = auditSamples(samples)
  return { findings: findings.map(({ id, message }) => `${id}: ${message}`), unknown }
}
const NOTHING = { findings: [], unknown: [] }

describe('a healthy cluster', () => {
  it('of any shape has no findings, not even infos', () => {
    const ipv4 = fc.nat({ max: 0xffff }).map((low) => `10.1.${low >> 8}.${low & 0xff}`)
    const ipv6 = fc.nat({ max: 0xffff }).map((low) => `fd00::a:${(low || 1).toString(16)}`)
    const shapes = fc.record({
      nodes: fc.integer({ min: 1, max: 6 }),
      addresses: fc.uniqueArray(fc.oneof(ipv4, ipv6), { maxLength: 20 }),
      interfaces: fc.constantFrom(['eth1'], ['eth1', 'eth2'], ['bond0', 'bond0.17']),
      spread: fc.boolean(),
      tunables: fc.record({ IPAllocAlgorithm: fc.constantFrom(0, 1, 2) }),
      leader: fc.nat(5),
    })
    fc.assert(
      fc.property(shapes, ({ nodes, addresses, interfaces, spread, tunables, leader }) => {
        const interfacesOf = (address: string) => (spread ? [interfaces[address.length % interfaces.length] ?? ''] : interfaces)
        const cluster = healthyCluster({ nodes, addresses, interfacesOf, tunables, leader: leader % nodes })
        expect(wrong(cluster, cluster)).toEqual(NOTHING)
      }),
      { numRuns: 150 },
    )
  })

  it.each([NODE_FLAG.STOPPED, NODE_FLAG.DISABLED])(
    'has none either when an administrator has taken out a node (flag %i)',
    (flag) => {
      const cluster = withFlags(healthyCluster(), 1, flag)
      expect(wrong(cluster, cluster)).toEqual(NOTHING)
    },
  )

  it('may write its addresses in any notation', () => {
    const cluster = healthyCluster({ addresses: ['fd00::1', 'fd00::2'] })
    const written = withAll(cluster, ({ host }) =>
      host
        ? {
            host: {
              ...host,
              publicAddressesFile: (host.publicAddressesFile ?? '').replaceAll('fd00::', 'FD00:0:0::000'),
              addresses: (host.addresses ?? []).map((held) => ({
                ...held,
                address: held.address.replace('fd00::', 'fd00:0:0:0:0:0:0:'),
              })),
            },
          }
        : {},
    )
    expect(wrong(written, written)).toEqual(NOTHING)
  })

  it('may read an IPv4 address written as an IPv6 one', () => {
    const written = withAll(healthyCluster(), ({ host }) =>
      host ? { host: { ...host, publicAddressesFile: ADDRESSES.map((address) => `::ffff:${address}/24 eth1\n`).join('') } } : {},
    )
    expect(wrong(written, written)).toEqual(NOTHING)
  })

  it('needs no cluster lock with a single node', () => {
    const one = withAll(healthyCluster({ nodes: 1 }), () => ({ clusterLock: '' }))
    expect(wrong(one, one)).toEqual(NOTHING)
  })

  it('may have clocks that differ by less than can be measured', () => {
    const cluster = withAll(healthyCluster(), ({ pnn, times }) =>
      times ? { times: { ...times, now: times.now + pnn * 2, askedAt: times.now - 4, answeredAt: times.now + 4 } } : {},
    )
    expect(wrong(cluster, cluster)).toEqual(NOTHING)
  })
})
