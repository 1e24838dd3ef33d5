import { describe, expect, it } from 'vitest'
import { lackingIn } from '../../../../src/lib/host/capabilities.ts'
import { findingsIn, healthyCluster, withHost } from '../../../support/audit-cluster.ts'

const good = healthyCluster()

describe('the capabilities of ctdbd', () => {
  it.each([
    ['nothing', '000001ffffffffff', '000001ffffffffff', []],
    ['nothing: those of a container', '00000000a80435fb', '00000000a80435fb', []],
    ['what it cannot send with', '000001ffffffdfff', '000001ffffffffff', ['CAP_NET_RAW']],
    ['what its scripts cannot have', '000001ffffffefff', '000001ffffffefff', ['CAP_NET_ADMIN']],
    ['both', '0', '0', ['CAP_NET_ADMIN', 'CAP_NET_RAW']],
  ])('lack %s', (_, own, bounding, lacking) => {
    expect(lackingIn(`CapEff: ${own}\nCapBnd: ${bounding}\n`)).toEqual(lacking)
  })

  it('cannot be read where a line is missing', () => {
    expect(() => lackingIn('CapEff: 0\n')).toThrow('cannot be read')
  })

  it.each([
    ['CAP_NET_RAW', 'it announces no address that it takes over, and sends no tickles'],
    ['CAP_NET_ADMIN', 'its event scripts can neither add nor remove an address'],
  ] as const)('are reported without %s', (capability, effect) => {
    expect(findingsIn(withHost(good, 1, () => ({ lacking: [capability] })))).toMatchObject([
      {
        id: 'capability-missing',
        severity: 'error',
        message: `ctdbd on node 1 runs without ${capability}: ${effect}`,
        claims: [{ kind: 'stays' }],
        actions: [{ kind: 'mend', mended: { what: 'capability', pnn: 1 } }],
      },
    ])
  })

  it('are given back in a quiet time, if nodes that take addresses meanwhile announce none either', () => {
    const how = (...pnns: readonly number[]) => {
      const all = pnns.reduce((cluster, pnn) => withHost(cluster, pnn, () => ({ lacking: ['CAP_NET_RAW'] })), good)
      const [first] = findingsIn(all)
      return first?.remedy
    }
    expect(how(1)).not.toContain('quiet')
    expect(how(0, 1)).toContain('Choose a quiet time: meanwhile its addresses move, and node 1 cannot announce them either.')
  })

  it('do not matter on a node without public addresses, nor where no ctdbd was found', () => {
    const bare = healthyCluster({ addresses: [] })
    expect(findingsIn(withHost(bare, 1, () => ({ lacking: ['CAP_NET_RAW'] }))).map(({ id }) => id)).not.toContain(
      'capability-missing',
    )
    expect(findingsIn(withHost(good, 1, () => ({ lacking: undefined })))).toEqual([])
  })
})
