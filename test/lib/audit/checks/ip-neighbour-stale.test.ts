import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../../src/lib/audit/audit.ts'
import type { Snapshot } from '../../../../src/lib/snapshot/snapshot.ts'
import { withHost } from '../../../support/audit-cluster.ts'
import {
  A,
  ASKERS,
  macOf,
  OWNER,
  probedCluster,
  probeFinds,
  STRANGER,
  withAnswer,
  withNeighbour,
} from '../../../support/probed-cluster.ts'

const good = probedCluster()
const [first, second] = ASKERS
const stale = withNeighbour(good, first, { mac: macOf(second) })
const GRATARP = { kind: 'command', command: `ctdbts gratarp ${A} eth1`, on: OWNER }
const found = (snapshot: Snapshot) => probeFinds(snapshot).findings.find(({ id }) => id === 'ip-neighbour-stale')

describe('a neighbour table with another link address than that of the owner', () => {
  it('is found, and the owner can announce the address, as its kernel has it', () => {
    expect(probeFinds(stale)).toMatchObject({
      unknown: [],
      findings: [
        {
          id: 'ip-neighbour-stale',
          severity: 'warning',
          subject: { address: A },
          message: `node ${first} has another link address for ${A} than node ${OWNER}, which owns it`,
          evidence: [
            `kernel of node ${first}: expects it at ${macOf(second)} on eth1; that is an interface of node ${second}`,
            `kernel of node ${OWNER}: has ${A}/24 on eth1`,
          ],
          actions: [GRATARP],
        },
      ],
    })
  })

  it('by a permanent entry is to be removed by hand', () => {
    const permanent = withNeighbour(good, first, { mac: macOf(second), isPermanent: true })
    expect(found(permanent)).toMatchObject({
      claims: [{ kind: 'stays' }],
      actions: [{ kind: 'mend', how: expect.stringContaining(`\`ip neigh del ${A} dev eth1\``) }],
    })
    expect(found(withNeighbour(permanent, second, { mac: STRANGER }))?.actions).toMatchObject([{ kind: 'mend' }, GRATARP])
  })

  it('is announced against by nobody while another machine answers', () => {
    const disputed = withAnswer(stale, second, { macs: [macOf(OWNER), STRANGER] })
    expect(found(disputed)?.actions.map(({ kind }) => kind)).toEqual(['look'])
    expect(found(disputed)?.causedBy).toMatch(/ip-answer-foreign/)
  })

  it('is not announced against by an owner that cannot, which explains it', () => {
    const silent = withHost(stale, OWNER, () => ({ lacking: ['CAP_NET_RAW'] }))
    const { findings } = auditSamples([silent, silent], { only: ['capability-missing', 'ip-neighbour-stale'] })
    expect(findings).toMatchObject([
      { id: 'capability-missing' },
      {
        id: 'ip-neighbour-stale',
        causedBy: expect.stringContaining('capability-missing'),
        actions: [{ kind: 'mend', mended: { what: 'capability', pnn: OWNER } }],
      },
    ])
    expect(found(withHost(stale, first, () => ({ lacking: ['CAP_NET_RAW'] })))).toMatchObject({ actions: [GRATARP] })
  })

  it('in which the name of the interface is hostile gives no command to paste', () => {
    const hostile = withNeighbour(good, first, { mac: macOf(second), isPermanent: true, interfaceName: '`reboot`' })
    expect(found(hostile)?.remedy).toContain(`ip neigh del ${A} dev INTERFACE`)
  })

  it.each<[string, Snapshot]>([
    [
      'whose kernel has the address elsewhere',
      withHost(stale, OWNER, ({ addresses = [] }) => ({ addresses: addresses.filter(({ address }) => address !== A) })),
    ],
    [
      'that has the link address of another interface',
      withHost(stale, OWNER, ({ linkAddresses = [] }) => ({
        linkAddresses: [...linkAddresses, { interfaceName: 'eth2', mac: macOf(second) }],
      })),
    ],
  ])('is not judged of an owner %s', (_, snapshot) => {
    expect(found(snapshot)).toBeUndefined()
  })
})
