import { describe, expect, it } from 'vitest'
import type { HostBond, HostFacts, HostLink } from '../../../../src/lib/snapshot/host-facts.ts'
import { withHost } from '../../../support/audit-cluster.ts'
import { A, ASKERS, macOf, OWNER, probedCluster, probeFinds, withAnswer } from '../../../support/probed-cluster.ts'

const good = probedCluster()
const [asker] = ASKERS
const MAC2 = '02:00:00:00:0f:00'

/** The owner has another interface, which answers. */
const fluxWith = (filter: { readonly arp: boolean; readonly strict: boolean }, change: Partial<HostFacts> = {}) =>
  withHost(withAnswer(good, asker, { macs: [macOf(OWNER), MAC2] }), OWNER, ({ linkAddresses = [], interfaceFilters = [] }) => ({
    linkAddresses: [...linkAddresses, { interfaceName: 'eth2', mac: MAC2 }],
    interfaceFilters: [...interfaceFilters, { interfaceName: 'eth2', ...filter }],
    ...change,
  }))

/** The same, with the address on another interface, and these interfaces more. */
const fluxOn = (holding: string, links: HostLink[], bonds?: HostBond[]) => {
  const snapshot = fluxWith({ arp: false, strict: true }, { bonds })
  return withHost(snapshot, OWNER, (host) => ({
    addresses: host.addresses?.map((each) => (each.address === A ? { ...each, interfaceName: holding } : each)),
    links: [...(host.links ?? []).filter(({ name }) => name !== 'eth1'), ...links],
  }))
}
const linkOf = (name: string, more: Partial<HostLink> = {}): HostLink => ({
  name,
  up: true,
  carrier: true,
  isBond: false,
  ...more,
})
const bond = linkOf('bond0', { isBond: true })
const vlan = linkOf('bond0.7', { parent: 'bond0' })
const BOND = {
  name: 'bond0',
  mode: 'adaptive load balancing',
  members: [
    { name: 'eth1', up: true },
    { name: 'eth2', up: true },
  ],
}
const withMaster = (master: string) => ['eth1', 'eth2'].map((name) => linkOf(name, { master }))

describe('an owner that answers from another interface', () => {
  it.each([
    ['info', false],
    ['warning', true],
  ])('is found, as %s where its strict rp_filter is %s', (severity, strict) => {
    expect(probeFinds(fluxWith({ arp: false, strict }))).toMatchObject({
      unknown: [],
      findings: [
        {
          id: 'ip-answer-flux',
          severity,
          subject: { pnn: OWNER, address: A },
          message: `node ${OWNER} answers for ${A} from eth2, where its kernel does not have it`,
          actions: [
            {
              kind: 'mend',
              mended: { what: 'configuration', pnn: OWNER },
              how: expect.stringMatching(/^Set `net\.ipv4\.conf\.all\.arp_filter=1` on/),
            },
          ],
        },
      ],
    })
  })

  it.each([
    ['with arp_filter, which looks at who asks', fluxWith({ arp: true, strict: true })],
    [
      'that shares its link address',
      fluxWith(
        { arp: false, strict: true },
        { linkAddresses: [macOf(OWNER), MAC2].map((mac) => ({ interfaceName: 'eth1', mac })) },
      ),
    ],
    ['that is bonded in it, as with balance-alb', fluxOn('bond0', [bond, linkOf('eth1'), linkOf('eth2')], [BOND])],
    ['that is bonded below its VLAN', fluxOn('bond0.7', [vlan, bond, linkOf('eth1'), linkOf('eth2')], [BOND])],
    ['that may be bonded in it', fluxOn('bond0', [bond, linkOf('eth1'), linkOf('eth2')])],
    ['that may be bonded below its VLAN', fluxOn('bond0.7', [vlan, bond, linkOf('eth1'), linkOf('eth2')])],
    ['that is a port of its team', fluxOn('team0', [linkOf('team0'), ...withMaster('team0')], [])],
    [
      'that is bonded below its bridge',
      fluxOn('br0', [linkOf('br0'), { ...vlan, master: 'br0' }, bond, ...withMaster('bond0')], [BOND]),
    ],
  ])('is not judged %s', (_, snapshot) => {
    expect(probeFinds(snapshot)).toEqual({ findings: [], unknown: [] })
  })

  it('is found where that is bonded in another bond, whose filters count', () => {
    const other = fluxOn('eth3', [linkOf('eth3'), bond, ...withMaster('bond0')], [BOND])
    const filters = ['eth1', 'eth2', 'bond0'].map((interfaceName) => ({
      interfaceName,
      arp: false,
      strict: interfaceName !== 'bond0',
    }))
    expect(probeFinds(withHost(other, OWNER, () => ({ interfaceFilters: filters }))).findings).toMatchObject([
      {
        id: 'ip-answer-flux',
        severity: 'info',
        message: `node ${OWNER} answers for ${A} from bond0, where its kernel does not have it`,
      },
    ])
  })
})
