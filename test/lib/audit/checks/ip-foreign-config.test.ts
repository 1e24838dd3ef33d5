import { describe, expect, it } from 'vitest'
import type { ForeignAddress } from '../../../../src/lib/snapshot/host-facts.ts'
import { findingsIn, healthyCluster, withHost } from '../../../support/audit-cluster.ts'

const NETWORKD = { by: 'systemd-networkd', file: '/etc/systemd/network/10-eth1.network' } as const
const KEEPALIVED = { by: 'keepalived', file: '/etc/keepalived/keepalived.conf' } as const
const cluster = (...configuredAddresses: ForeignAddress[]) => withHost(healthyCluster(), 1, () => ({ configuredAddresses }))
const found = (...configured: ForeignAddress[]) =>
  findingsIn(cluster(...configured)).map(({ id, message }) => `${id}: ${message}`)

describe('a public address that another program sets', () => {
  it.each([
    ['nothing is set', []],
    ['the address of the node itself is', [{ ...NETWORKD, address: '192.168.1.2' }]],
    ['an address beside is', [{ ...NETWORKD, address: '10.0.0.77' }]],
  ])('is not reported where %s', (_, configured) => {
    expect(found(...configured)).toEqual([])
  })

  it('is reported once, with all places', () => {
    const places = [
      { ...NETWORKD, address: '10.0.0.2' },
      { ...KEEPALIVED, address: '10.0.0.2' },
    ]
    expect(findingsIn(cluster(...places))).toMatchObject([
      {
        id: 'ip-foreign-config',
        message: 'systemd-networkd and keepalived on node 1 are configured to set 10.0.0.2, a public address',
        evidence: places.map(({ file }) => `file on node 1: ${file} has 10.0.0.2`),
      },
    ])
  })

  const adviceOn = (place: Omit<ForeignAddress, 'address'>) =>
    findingsIn(cluster({ ...place, address: '10.0.0.2' })).flatMap(({ actions }) =>
      actions.map((each) => 'how' in each && each.how),
    )

  it('is removed from what makes a file that is made at each start', () => {
    expect(adviceOn({ by: 'systemd-networkd', file: '/run/systemd/network/10-netplan-eth1.network' })).toEqual([
      expect.stringMatching(/^Remove 10\.0\.0\.2 from \/run\/\S+ on node 1, and from what makes \/run\/\S+, .*\/etc\/netplan/),
    ])
    expect(adviceOn(NETWORKD)).toEqual([
      expect.stringMatching(/^Remove 10\.0\.0\.2 from \/etc\/systemd\/network\/10-eth1\.network on node 1\. W/),
    ])
  })

  it('is removed with care where a start of the program removes all public addresses', () => {
    expect(adviceOn(NETWORKD)).toEqual([expect.stringContaining('`ctdbts disable -n 1`')])
    expect(adviceOn(KEEPALIVED)).toEqual([expect.not.stringContaining('ctdbts disable')])
  })
})
