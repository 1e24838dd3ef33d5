import { describe, expect, it } from 'vitest'
import type { HostBond } from '../../../../src/lib/snapshot/host-facts.ts'
import type { Snapshot } from '../../../../src/lib/snapshot/snapshot.ts'
import { findingsIn, healthyCluster, withHosts } from '../../../support/audit-cluster.ts'

const LACP = 'IEEE 802.3ad Dynamic link aggregation'
const bond = (change: Partial<HostBond> = {}): HostBond => ({
  name: 'bond0',
  mode: LACP,
  members: [
    { name: 'eth1', up: true },
    { name: 'eth2', up: true },
  ],
  partner: '00:1b:21:aa:bb:cc',
  ...change,
})
const lost = {
  members: [
    { name: 'eth1', up: true },
    { name: 'eth2', up: false },
  ],
}

/** A cluster with its public addresses on an interface, and on node 1 a bond. */
function cluster(change: Partial<HostBond>, interfaceName = 'bond0'): Snapshot {
  const good = healthyCluster({ interfacesOf: () => [interfaceName] })
  return withHosts(good, ({ hostname, links = [] }) => ({
    links: links.map((link) => (link.name === 'bond0.7' ? { ...link, parent: 'bond0' } : link)),
    ...(hostname === 'node1' && { bonds: [bond(change)] }),
  }))
}

const found = (snapshot: Snapshot) => findingsIn(snapshot).map(({ id, message }) => `${id}: ${message}`)

describe('a bond with public addresses', () => {
  it.each([
    ['all of whose interfaces have a link', cluster({})],
    ['none of whose interfaces has one, which other checks report', cluster({ members: [{ name: 'eth1', up: false }] })],
    ['that needs no switch', cluster({ mode: 'fault-tolerance (active-backup)', partner: null })],
    ['of whose switch the kernel tells nothing', cluster({ partner: undefined })],
    ['but it has none', cluster(lost, 'eth9')],
  ])('is not reported: %s', (_, snapshot) => {
    expect(found(snapshot)).toEqual([])
  })

  it.each([
    ['itself', cluster(lost)],
    ['or on a VLAN of it', cluster(lost, 'bond0.7')],
  ])('has lost an interface: %s', (_, snapshot) => {
    expect(found(snapshot)).toEqual(['bond-degraded: eth2 of bond0 on node 1 is down, as the bond says; only eth1 is left'])
  })

  const partner = '00:1b:21:aa:bb:cc'
  it.each([
    [
      'has a port at which no switch takes part',
      [
        { name: 'eth1', up: true, partner },
        { name: 'eth2', up: true, partner: null },
      ],
      'no switch takes part at eth2 of bond0 on node 1, which needs one (802.3ad); only eth1 is left',
    ],
    [
      'has lost an interface, and a port',
      [
        { name: 'eth1', up: true, partner },
        { name: 'eth2', up: true, partner: null },
        { name: 'eth3', up: false, partner: null },
      ],
      'eth3 of bond0 on node 1 is down, as the bond says, and no switch takes part at eth2; only eth1 is left',
    ],
  ])('%s', (_, members, message) => {
    expect(found(cluster({ members }))).toEqual([`bond-degraded: ${message}`])
    // Only in this mode a switch has to take part.
    expect(found(cluster({ members: members.map((each) => ({ ...each, up: true })), mode: 'load balancing (xor)' }))).toEqual([])
  })

  it('may have ports at another switch, which stand by', () => {
    const members = [partner, '00:1b:21:dd:ee:ff'].map((mac, index) => ({ name: `eth${index}`, up: true, partner: mac }))
    expect(found(cluster({ members }))).toEqual([])
  })

  it('has no switch that takes part', () => {
    expect(found(cluster({ partner: null }))).toEqual([
      'bond-degraded: no switch takes part in bond0 of node 1, which needs one (802.3ad)',
    ])
  })
})
