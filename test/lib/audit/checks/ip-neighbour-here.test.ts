import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../../src/lib/audit/audit.ts'
import type { Neighbour, NetworkQuestion } from '../../../../src/lib/snapshot/host-facts.ts'
import type { Snapshot } from '../../../../src/lib/snapshot/snapshot.ts'
import { withHosts } from '../../../support/audit-cluster.ts'
import { A, ASKERS, macOf, OWNER, probedCluster, probeFinds, STRANGER, withAnswer } from '../../../support/probed-cluster.ts'

const [first, second] = ASKERS
/** Each node has a link address at eth1, which audits know also without a probe. */
const good = withHosts(probedCluster(), ({ linkAddresses, links }) => ({
  links: links?.map((link) => (link.name === 'eth1' ? { ...link, mac: linkAddresses?.[0]?.mac } : link)),
}))
const entry: Neighbour = { address: A, interfaceName: 'lan0', mac: macOf(first), isPermanent: false, isStale: false }
const seeing = (change: Partial<Neighbour>, questions?: readonly NetworkQuestion[]): Snapshot => ({
  ...good,
  outside: { neighbours: [{ ...entry, ...change }], questions },
})
const found = (snapshot: Snapshot) => auditSamples([snapshot, snapshot]).findings.filter(({ id }) => id === 'ip-neighbour-here')

describe('the neighbour table of the machine that ctdbts runs on', () => {
  it('is right with the link address of the owner, or without an entry', () => {
    expect(auditSamples([good, good]).findings).toEqual([])
    const right = seeing({ mac: macOf(OWNER) })
    expect(auditSamples([right, right])).toMatchObject({ findings: [], unknown: [] })
  })

  it('has the link address of another node, and the owner can announce the address', () => {
    expect(found(seeing({}))).toMatchObject([
      {
        severity: 'warning',
        message: `this machine has another link address for ${A} than node ${OWNER}, which owns it`,
        evidence: [
          `this machine expects it at ${macOf(first)} on lan0; that is an interface of node ${first}`,
          `kernel of node ${OWNER}: has ${A}/24 on eth1`,
        ],
        actions: [{ kind: 'command', command: `ctdbts gratarp ${A} eth1`, on: OWNER }],
      },
    ])
  })

  it('is no warning by an entry that the kernel checks before it counts', () => {
    expect(found(seeing({ isStale: true }))).toMatchObject([{ severity: 'info' }])
  })

  it('has a permanent entry, which is to be removed here', () => {
    expect(found(seeing({ isPermanent: true }))).toMatchObject([
      { claims: [{ kind: 'stays' }], remedy: `Remove the permanent entry on this machine: \`ip neigh del ${A} dev lan0\`.` },
    ])
  })

  it('has the link address of no node, of which a probe shows whose it is', () => {
    expect(found(seeing({ mac: STRANGER }))[0]?.actions).toMatchObject([{ kind: 'look' }])
  })

  it('says nothing where the links of the owner are not known', () => {
    const unseen = withHosts(seeing({}), ({ hostname }) => (hostname === `node${OWNER}` ? { links: undefined } : {}))
    expect(found(unseen)).toEqual([])
  })
})

describe('what the machine that ctdbts runs on is answered', () => {
  const answered = (macs: readonly string[], snapshot = good): Snapshot => ({
    ...snapshot,
    outside: { neighbours: [], questions: [{ address: A, interfaceName: 'lan0', macs }] },
  })

  it('agrees with what nodes are answered', () => {
    expect(probeFinds(answered([macOf(OWNER)]))).toEqual({ findings: [], unknown: [] })
  })

  it('comes from a machine that is no node, which no node hears', () => {
    expect(probeFinds(answered([STRANGER])).findings).toMatchObject([
      {
        id: 'ip-answer-foreign',
        nodes: [OWNER],
        evidence: expect.arrayContaining([`network at lan0 of this machine: answered by ${STRANGER}`]),
      },
    ])
  })

  it.each([
    ['only here', good, `this machine gets no answer for ${A}, which node ${OWNER} has; nodes ${first} and ${second} do`],
    [
      'here and at a node',
      withAnswer(good, first, { macs: [] }),
      `node ${first}, and this machine get no answer for ${A}, which node ${OWNER} has; node ${second} does`,
    ],
  ])('is nothing, %s', (_, snapshot, message) => {
    expect(probeFinds(answered([], snapshot)).findings).toMatchObject([{ id: 'ip-answer-none', severity: 'warning', message }])
  })

  it('is enough where no node can ask', () => {
    const alone = [first, second].reduce((snapshot, pnn) => withAnswer(snapshot, pnn, { problem: 'no Python' }), good)
    expect(probeFinds(alone).unknown).not.toEqual([])
    expect(probeFinds(answered([macOf(OWNER)], alone))).toEqual({ findings: [], unknown: [] })
  })
})
