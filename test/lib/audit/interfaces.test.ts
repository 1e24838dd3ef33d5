import { describe, expect, it } from 'vitest'
import type { HostLink } from '../../../src/lib/snapshot/host-facts.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { isAtLeast } from '../../../src/lib/version.ts'
import { findingsIn, healthyCluster, withAll, withHosts } from '../../support/audit-cluster.ts'

/** A cluster whose public addresses files name `name`; the kernels have the addresses on `link`. */
function cluster(name: string, link: HostLink, { version = '4.25.0', others = [] as HostLink[], linkUp = true } = {}): Snapshot {
  const named = healthyCluster({ interfacesOf: () => [name] })
  return withAll(named, ({ host, interfaces }) => ({
    interfaces: interfaces?.map((each) => ({ ...each, linkUp })),
    ...(host && {
      host: {
        ...host,
        version,
        links: [...(host.links ?? []).filter((each) => each.name !== name), link, ...others],
        promoteSecondaries: [link.name],
        addresses: host.addresses?.map((held) => (held.interfaceName === name ? { ...held, interfaceName: link.name } : held)),
      },
    }),
  }))
}

const ids = (snapshot: Snapshot) => [...new Set(findingsIn(snapshot).map(({ id }) => id))]
const UP = { up: true, carrier: true, isBond: false }

describe('an interface under an alternative name', () => {
  const eth1: HostLink = { name: 'eth1', ...UP, altnames: ['ens192'] }

  it('is accepted from 4.25 on', () => {
    expect(ids(cluster('ens192', eth1))).toEqual([])
    expect(ids(cluster('ens192', eth1, { version: 'unknown' }))).not.toContain('iface-absent')
  })

  it('is refused before', () => {
    const [finding] = findingsIn(cluster('ens192', eth1, { version: '4.17.12-Debian' }))
    expect(finding).toMatchObject({
      id: 'iface-absent',
      message: 'the public addresses file of node 0 names ens192, an alternative name of eth1, which CTDB accepts from 4.25 on',
      remedy: 'Write eth1 in the file, or update CTDB.',
    })
  })

  it('is not known in older snapshots, of which nothing is claimed as long as the daemon has it', () => {
    const older = { name: 'eth1', up: true, carrier: true }
    const withoutAltnames = (snapshot: Snapshot) =>
      withAll(snapshot, ({ host }) =>
        host ? { host: { ...host, links: host.links?.map(({ name, up, carrier }) => ({ name, up, carrier })) } } : {},
      )
    expect(ids(withoutAltnames(cluster('ens192', older)))).toEqual([])
    expect(ids(withoutAltnames(cluster('ens192', older, { version: '4.17.12' })))).toContain('iface-absent')
    expect(ids(withoutAltnames(cluster('ens192', older, { linkUp: false })))).toContain('iface-absent')
  })
})

describe('a link on which daemon and kernel disagree', () => {
  const outlookOf = (snapshot: Snapshot) => findingsIn(snapshot).find(({ id }) => id === 'iface-link-mismatch')?.outlook

  it.each(['ib0', 'ib1.8001', 'lo1'])('is never corrected for %s', (name) => {
    const down = { ...UP, name, carrier: false, altnames: [] }
    expect(outlookOf(cluster(name, down))).toMatch(/never checks an interface whose name begins with ib or lo/)
    expect(outlookOf(cluster(name, { ...down, carrier: true }, { linkUp: false }))).toMatch(/^The next monitor event/)
  })

  it('follows the bond of a VLAN', () => {
    const vlan: HostLink = { ...UP, name: 'bond0.7', parent: 'bond0', carrier: false, altnames: [] }
    const bond = (carrier: boolean): HostLink => ({ name: 'bond0', up: true, carrier, isBond: true, altnames: [] })
    expect(outlookOf(cluster('bond0.7', vlan, { others: [bond(true)] }))).toMatch(
      /judges a VLAN on a bond by the bond, and bond0 is up/,
    )
    expect(outlookOf(cluster('bond0.7', vlan, { others: [bond(false)] }))).toMatch(/^The next monitor event/)
    expect(outlookOf(cluster('eth0.7', { ...vlan, name: 'eth0.7', parent: 'eth0' }))).toMatch(/^The next monitor event/)
  })
})

describe('a bond that is set down, of which the kernel still says that it was up', () => {
  const down: HostLink = { name: 'bond0', up: false, carrier: false, isBond: true, altnames: [] }
  const facts = { mode: 'fault-tolerance (active-backup)', members: [{ name: 'eth1', up: true }] }
  const found = (snapshot: Snapshot, passes: boolean) =>
    findingsIn(withHosts(snapshot, () => ({ bonds: [{ name: 'bond0', ...facts, passes }] }))).find(
      ({ id }) => id === 'iface-link-mismatch',
    )

  it('is taken for up by 10.interface, for ever', () => {
    const snapshot = cluster('bond0', down)
    expect(found(snapshot, true)).toMatchObject({
      outlook: expect.stringMatching(/10\.interface goes by \/proc\/net\/bonding, where bond0 is still up/),
      remedy: 'Set bond0 up.',
    })
    expect(found(snapshot, false)?.outlook).toMatch(/^The next monitor event/)
  })

  it('keeps its VLANs up, for 10.interface', () => {
    const vlan: HostLink = { ...down, name: 'bond0.7', parent: 'bond0', isBond: false }
    const snapshot = cluster('bond0.7', vlan, { others: [down] })
    expect(found(snapshot, true)).toMatchObject({
      outlook: expect.stringMatching(/judges a VLAN on a bond by the bond, which is still up in \/proc\/net\/bonding/),
      remedy: 'Set bond0 up.',
    })
    expect(found(snapshot, false)?.outlook).toMatch(/^The next monitor event/)
  })
})

describe('a version of CTDB', () => {
  it.each([
    { version: '4.25.0', expected: true },
    { version: '4.25.0rc1', expected: true },
    { version: '4.24.9-Debian', expected: false },
    { version: '5.0.0', expected: true },
    { version: '3.6', expected: false },
    { version: 'a wrapper', expected: undefined },
  ])('$version is at least 4.25: $expected', ({ version, expected }) => {
    expect(isAtLeast(version, 4, 25)).toBe(expected)
  })
})
