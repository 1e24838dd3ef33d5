import { describe, expect, it } from 'vitest'
import type { HostLink } from '../../../../src/lib/snapshot/host-facts.ts'
import type { Snapshot } from '../../../../src/lib/snapshot/snapshot.ts'
import { findingsIn, healthyCluster, withFacts, withHosts } from '../../../support/audit-cluster.ts'

const SAME = '02:00:00:00:00:0a'
const own = (hostname: string | undefined): string => `02:00:00:00:01:0${hostname?.at(-1)}`

/** A cluster with these link addresses on nodes 0 and 1. */
const cluster = (change: (link: HostLink) => Partial<HostLink> | undefined): Snapshot =>
  withHosts(healthyCluster(), ({ hostname, links = [] }) => ({
    links: links.map((link) => ({
      ...link,
      ...(link.name !== 'lo' && { mac: own(hostname) }),
      ...(hostname !== 'node2' && change(link)),
    })),
  }))
const same = (name: string, more: Partial<HostLink> = {}) => cluster((link) => (link.name === name ? { mac: SAME, ...more } : {}))
const found = (snapshot: Snapshot) => findingsIn(snapshot).map(({ id, message }) => `${id}: ${message}`)

/** Other addresses on node 1, on another network. */
const elsewhere = withFacts(same('eth1'), 1, ({ known = [] }) => ({
  known: known.map((each) => ({ ...each, interfaces: ['eth0'] })),
}))

describe('interfaces for public addresses with the same link address', () => {
  it.each([
    ['they differ', cluster(() => ({}))],
    ['others have the same', same('lo')],
    ['it is an interface without public addresses', same('eth0')],
    ['it is shared by containers of one machine', same('eth1', { parent: 'if8' })],
    ['it is the one of a virtual router', same('eth1', { mac: '00:00:5e:00:01:0a' })],
    ['it is the one of a virtual router, for IPv6', same('eth1', { mac: '00:00:5e:00:02:0a' })],
    ['they are of an older snapshot', healthyCluster()],
  ])('are not reported where %s', (_, snapshot) => {
    expect(found(snapshot)).toEqual([])
  })

  it('are not reported where the nodes have no address in common on them', () => {
    expect(found(elsewhere).filter((each) => each.startsWith('iface-same-mac'))).toEqual([])
  })

  it.each([
    ['on themselves', same('eth1')],
    ['on a VLAN', same('eth1', { parent: 'eth0' })],
  ])('are reported: %s', (_, snapshot) => {
    expect(found(snapshot)).toEqual([`iface-same-mac: eth1 of node 0 and eth1 of node 1 have the same link address, ${SAME}`])
  })
})
