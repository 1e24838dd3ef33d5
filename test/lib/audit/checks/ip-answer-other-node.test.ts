import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../../src/lib/audit/audit.ts'
import { heldAddress, withHeld, withHost } from '../../../support/audit-cluster.ts'
import { A, ASKERS, macOf, OWNER, probedCluster, probeFinds, withAnswer } from '../../../support/probed-cluster.ts'

const good = probedCluster()
const [asker, other] = ASKERS

describe('another node that answers', () => {
  const answering = withAnswer(good, asker, { macs: [macOf(other)] })

  it('although its kernel does not have the address, answers for others', () => {
    expect(probeFinds(answering)).toMatchObject({
      unknown: [],
      findings: [
        {
          id: 'ip-answer-other-node',
          subject: { pnn: other, address: A },
          message: `node ${other} answers for ${A}, which node ${OWNER} owns`,
          actions: [{ kind: 'mend', mended: { what: 'configuration', pnn: other } }],
        },
      ],
    })
  })

  it('as its kernel has the address, is a consequence of that', () => {
    const twice = withHeld(answering, other, heldAddress(A, 24, 'eth1', true))
    const { findings } = auditSamples([twice, twice])
    const roots = findings.filter(({ causedBy }) => causedBy === undefined).map(({ id }) => id)
    expect(roots).toEqual(['ip-duplicate-kernel'])
    expect(findings.find(({ id }) => id === 'ip-answer-other-node')?.actions.map(({ kind }) => kind)).toEqual(['look'])
  })

  it.each<[string, typeof good]>([
    [
      'the owner answers from another interface',
      withHost(withAnswer(good, asker, { macs: ['02:00:00:00:0f:00'] }), OWNER, ({ linkAddresses = [] }) => ({
        linkAddresses: [...linkAddresses, { interfaceName: 'eth2', mac: '02:00:00:00:0f:00' }],
      })),
    ],
    [
      'two nodes have the same link address',
      withHost(good, other, ({ linkAddresses = [] }) => ({
        linkAddresses: [...linkAddresses, { interfaceName: 'eth2', mac: macOf(OWNER) }],
      })),
    ],
  ])('is not found where %s', (_, snapshot) => {
    expect(probeFinds(snapshot)).toEqual({ findings: [], unknown: [] })
  })
})
