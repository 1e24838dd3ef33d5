import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../../src/lib/snapshot/snapshot.ts'
import { findingIn, withFacts, withFlags, withHost, withHosts } from '../../../support/audit-cluster.ts'
import { A, ASKERS, type heldIn, OWNER, probedCluster, probeFinds, withAnswer } from '../../../support/probed-cluster.ts'

const good = probedCluster()
const [first, second] = ASKERS
const silent = ASKERS.reduce((changed, pnn) => withAnswer(changed, pnn, { macs: [] }), good)

describe('an address for which nobody answers', () => {
  it('is found where its owner has it, and no announcement is advised', () => {
    expect(probeFinds(silent)).toMatchObject({
      unknown: [],
      findings: [
        {
          id: 'ip-answer-none',
          severity: 'error',
          subject: { pnn: OWNER, address: A },
          message: `nobody answers for ${A}, which node ${OWNER} has, when nodes ${first} and ${second} ask`,
          actions: [{ kind: 'mend', mended: { what: 'network', pnn: OWNER, interfaceName: 'eth1', address: A } }],
        },
      ],
    })
  })

  it('is a warning where only some get no answer', () => {
    const [finding] = probeFinds(withAnswer(good, first, { macs: [] })).findings
    expect(finding).toMatchObject({
      severity: 'warning',
      message: `node ${first} gets no answer for ${A}, which node ${OWNER} has; other nodes do`,
    })
  })

  it('has the same link address on two nodes for a cause', () => {
    const same = withHosts(silent, ({ links = [] }) => ({
      links: links.map((link) => (link.name === 'eth1' ? { ...link, mac: '02:00:00:00:00:0a' } : link)),
    }))
    expect(findingIn(same, 'ip-answer-none').causedBy).toContain('"iface-same-mac"')
    expect(findingIn(silent, 'ip-answer-none').causedBy).toBeUndefined()
  })

  const alter = (change: Partial<ReturnType<typeof heldIn>[number]>) =>
    withHost(silent, OWNER, ({ addresses = [] }) => ({
      addresses: addresses.map((held) => (held.address === A ? { ...held, ...change } : held)),
    }))
  it.each<[string, Snapshot]>([
    [
      'whose owner does not have it',
      withHost(silent, OWNER, ({ addresses = [] }) => ({ addresses: addresses.filter(({ address }) => address !== A) })),
    ],
    ['that its owner cannot use', alter({ dadFailed: true })],
    ['that its owner cannot use yet', alter({ tentative: true })],
    [
      'that two nodes claim',
      withFacts(silent, first, ({ known = [] }) => ({
        known: known.map((each) => (each.address === A ? { ...each, owner: first } : each)),
      })),
    ],
  ])('is not judged where it is one %s: other checks report that', (_, snapshot) => {
    expect(probeFinds(snapshot).findings).toEqual([])
  })
})

describe('an address for which no node can ask', () => {
  const about = (snapshot: Snapshot) => probeFinds(snapshot).unknown.filter(({ id }) => id === 'ip-answer-none')

  it('is unknown, with what kept a node from asking', () => {
    const problem = 'Operation not permitted'
    const barred = ASKERS.reduce((changed, pnn) => withAnswer(changed, pnn, { problem }), good)
    expect(about(barred)).toEqual([
      {
        id: 'ip-answer-none',
        pnn: Math.min(...ASKERS),
        fact: 'host.questions',
        why: `it cannot ask for ${A} on eth1: ${problem}`,
      },
    ])
    expect(probeFinds(barred).findings).toEqual([])
  })

  it('is unknown where there is no other node on its network', () => {
    const none = ASKERS.reduce(
      (changed, pnn) =>
        withHost(changed, pnn, ({ questions = [] }) => ({ questions: questions.filter(({ address }) => address !== A) })),
      good,
    )
    expect(about(none)).toEqual([
      {
        id: 'ip-answer-none',
        pnn: OWNER,
        fact: 'host.questions',
        why: expect.stringMatching(`^no other node that was examined could ask for ${A}: `),
      },
    ])
  })

  it('is unknown where the command failed on a node', () => {
    const missing = [{ fact: 'host.questions', code: 'EXEC_TIMEOUT', message: 'it did not end in time' }]
    const failed = withHost(
      withFacts(good, first, () => ({ missing })),
      first,
      () => ({ questions: undefined }),
    )
    expect(about(failed)).toContainEqual({
      id: 'ip-answer-none',
      pnn: first,
      fact: 'host.questions',
      why: 'it did not end in time',
    })
  })

  it('is known where one of two nodes is banned', () => {
    expect(about(withFlags(good, first, NODE_FLAG.BANNED))).toEqual([])
  })
})
