import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../../src/lib/audit/audit.ts'
import { CHECKS, NEEDING_PROBE } from '../../../../src/lib/audit/registry.ts'
import { healthyCluster, withFacts, withHost } from '../../../support/audit-cluster.ts'
import { A, ASKERS, macOf, OWNER, probedCluster, probeFinds, STRANGER, withAnswer } from '../../../support/probed-cluster.ts'

const good = probedCluster()
const [first, second] = ASKERS
const both = (macs: readonly string[]) => ASKERS.reduce((changed, pnn) => withAnswer(changed, pnn, { macs }), good)

describe('a healthy cluster whose networks were probed', () => {
  it('has no findings, and nothing unknown', () => {
    const { findings, unknown, checks } = auditSamples([good, good])
    expect({ findings, unknown }).toEqual({ findings: [], unknown: [] })
    expect(checks).toHaveLength(CHECKS.length)
  })

  it('is not judged by these checks where nobody probed', () => {
    const report = auditSamples([healthyCluster(), healthyCluster()])
    expect(report.checks.filter((id) => NEEDING_PROBE.includes(id))).toEqual([])
    expect(report.unknown).toEqual([])
  })
})

describe('a machine outside of the cluster that answers', () => {
  it('is named by its link address, beside the owner', () => {
    expect(probeFinds(both([macOf(OWNER), STRANGER]))).toMatchObject({
      unknown: [],
      findings: [
        {
          id: 'ip-answer-foreign',
          state: 'real',
          subject: { address: A },
          message: `a machine that is no node answers for ${A}: ${STRANGER}`,
          evidence: [
            `network at eth1 of node ${first}: answered by ${macOf(OWNER)} and ${STRANGER}`,
            `network at eth1 of node ${second}: answered by ${macOf(OWNER)} and ${STRANGER}`,
            `link address ${STRANGER}: no interface of any node`,
            `kernel of node ${OWNER}: has ${A}/24 on eth1`,
          ],
          actions: [
            { kind: 'mend', mended: { what: 'other program', address: A } },
            { kind: 'command', command: `ctdbts gratarp ${A} eth1`, on: OWNER, if: 'it has given the address up' },
          ],
        },
      ],
    })
  })

  it('is not announced against where the kernel of the owner does not have the address', () => {
    const without = withHost(both([STRANGER]), OWNER, ({ addresses = [] }) => ({
      addresses: addresses.filter(({ address }) => address !== A),
    }))
    const [finding] = probeFinds(without).findings
    expect(finding).toMatchObject({ id: 'ip-answer-foreign' })
    expect(finding?.actions.map(({ kind }) => kind)).toEqual(['mend'])
  })

  it('may be a node that could not be examined, which is said and unknown', () => {
    const missing = [{ fact: 'host.linkAddresses', code: 'EXEC_TIMEOUT', message: 'it took too long' }]
    const blind = withHost(
      withFacts(both([STRANGER]), second, () => ({ missing })),
      second,
      () => ({ linkAddresses: undefined }),
    )
    const { findings, unknown } = probeFinds(blind)
    const found = findings.find(({ id }) => id === 'ip-answer-foreign')
    expect(found?.message).toBe(
      `a machine that is none of the examined nodes (it may be node ${second}) answers for ${A}: ${STRANGER}`,
    )
    expect(unknown).toContainEqual({ id: 'ip-answer-foreign', pnn: second, fact: 'host.linkAddresses', why: 'it took too long' })
  })

  it('is transient where it is seen once', () => {
    const { findings } = auditSamples([good, both([STRANGER])])
    expect(findings.map(({ id, state }) => `${id} ${state}`)).toEqual(['ip-answer-foreign transient'])
  })
})
