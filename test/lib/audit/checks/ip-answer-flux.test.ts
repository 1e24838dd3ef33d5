import { describe, expect, it } from 'vitest'
import type { HostFacts } from '../../../../src/lib/snapshot/host-facts.ts'
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
          actions: [{ kind: 'mend', mended: { what: 'configuration', pnn: OWNER } }],
        },
      ],
    })
  })

  it.each([
    ['with arp_filter, which looks at who asks', fluxWith({ arp: true, strict: true })],
    [
      'that shares its link address, as the parts of a bond do',
      fluxWith(
        { arp: false, strict: true },
        { linkAddresses: [macOf(OWNER), MAC2].map((mac) => ({ interfaceName: 'eth1', mac })) },
      ),
    ],
  ])('is not judged %s', (_, snapshot) => {
    expect(probeFinds(snapshot)).toEqual({ findings: [], unknown: [] })
  })
})
