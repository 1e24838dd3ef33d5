import { describe, expect, it } from 'vitest'
import { hasBug } from '../../../../src/lib/audit/known-bugs/bug.ts'
import { KNOWN_BUGS, knownBug } from '../../../../src/lib/audit/known-bugs/table.ts'
import { CHECKS } from '../../../../src/lib/audit/registry.ts'
import { NODE_FLAG } from '../../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../../src/lib/snapshot/snapshot.ts'
import { findingsIn, healthyCluster, leaderless, withFacts, withFlags, withHosts } from '../../../support/audit-cluster.ts'

const good = healthyCluster()
const withVersion = (snapshot: Snapshot, version: string): Snapshot => withHosts(snapshot, () => ({ version }))
const audited = (snapshot: Snapshot) => findingsIn(snapshot).filter(({ id }) => id === 'known-bug')
const bugsOf = (snapshot: Snapshot) => audited(snapshot).map(({ subject }) => subject.detail)

describe('a version', () => {
  it.each([
    [15994, '4.19.9', false],
    [15994, '4.20.0', true],
    [15994, '4.23.10', true],
    [15994, '4.23.11', false],
    [15994, '4.24.5', true],
    [15994, '4.24.6', undefined],
    [15994, '4.25.0', false],
    [15950, '4.21.5', false],
    [15950, '4.21.9', true],
    [15950, '4.22.1', false],
    [15950, '4.22.2-Debian', true],
    [15950, '4.22.7', false],
    [15950, '4.24.0', false],
    [15935, '4.17.12', true],
    [15935, '4.22', undefined],
    [15935, 'devel', undefined],
    [14175, '4.10.8', false],
    [14175, '4.10.12', true],
    [14175, '4.12.0', false],
  ])('has bug %i in %s: %s', (number, version, expected) => {
    expect(hasBug(version, knownBug(number))).toBe(expected)
  })
})

describe('the table of known bugs', () => {
  it('names each bug once, the latest first, and with releases in order', () => {
    const numbers = KNOWN_BUGS.map(({ number }) => number)
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => b - a))
    const patch = (release: string) =>
      release
        .split('.')
        .map(Number)
        .reduce((sum, part) => sum * 1000 + part, 0)
    for (const { since = [], mended } of KNOWN_BUGS) {
      for (const releases of [since, mended]) expect(releases).toEqual(releases.toSorted((a, b) => patch(a) - patch(b)))
    }
  })

  it('names checks that exist', () => {
    const ids = CHECKS.map(({ id }) => id)
    const others = KNOWN_BUGS.flatMap(({ matters }) => (typeof matters === 'string' ? [matters] : []))
    expect(others.filter((id) => !ids.includes(id))).toEqual([])
  })

  it('ends each text as a sentence', () => {
    for (const { fault, untilThen } of KNOWN_BUGS) {
      expect(fault).not.toMatch(/[.!]$/)
      expect(untilThen).toMatch(/\.$/)
    }
  })
})

describe('a known bug', () => {
  const noLeader = leaderless(good)

  it.each<[what: string, number: number, having: string, mended: string, cluster: Snapshot]>([
    ['there are public addresses', 15994, '4.22.3', '4.25.0', good],
    ['there is no leader, though there is a lock', 15892, '4.21.7', '4.21.8', noLeader],
    ['there is no leader, though there is a lock', 16152, '4.23.0', '4.23.11', noLeader],
    ['a node has no cluster lock', 15950, '4.22.2', '4.22.7', withFacts(good, 1, () => ({ clusterLock: '' }))],
    ['clients can reach the private network', 16085, '4.22.10', '4.22.11', healthyCluster({ addresses: ['10.9.0.101'] })],
    ['a node is deleted', 14129, '4.11.0', '4.11.1', withFlags(good, 2, NODE_FLAG.DELETED | NODE_FLAG.DISCONNECTED)],
    [
      'a node is no lmaster',
      14085,
      '4.10.8',
      '4.10.9',
      withFacts(good, 1, () => ({ capabilities: { leader: true, lmaster: false } })),
    ],
    ['a node is disconnected', 13056, '4.7.0', '4.7.1', withFlags(good, 2, NODE_FLAG.DISCONNECTED)],
  ])('matters if %s: %i in %s, not in %s', (_, number, having, mended, cluster) => {
    expect(bugsOf(withVersion(cluster, having))).toContain(`bug ${number}`)
    expect(bugsOf(withVersion(cluster, mended))).not.toContain(`bug ${number}`)
  })

  it('does not matter to a healthy cluster of Debian 12, nor to one of 4.25', () => {
    for (const version of ['4.17.12-Debian', '4.25.0']) expect(bugsOf(withVersion(good, version))).toEqual([])
  })

  it('names the nodes that have it, the releases without it, and what helps until then', () => {
    const mixed = withFacts(withVersion(good, '4.23.11'), 1, ({ host }) =>
      host ? { host: { ...host, version: '4.23.10' } } : {},
    )
    expect(audited(mixed)).toMatchObject([
      {
        severity: 'info',
        nodes: [1],
        message: expect.stringContaining('CTDB on node 1 has bug 15994: when a node gives up an address'),
        evidence: expect.arrayContaining([
          'ctdb version on node 1: 4.23.10',
          'fixed in 4.23.11 and 4.25.0: https://bugzilla.samba.org/show_bug.cgi?id=15994',
        ]),
        remedy: expect.stringMatching(/^Update CTDB\. Until then: /),
      },
    ])
  })

  it('follows from the fault that makes it matter', () => {
    const [finding] = audited(withVersion(noLeader, '4.22.3')).filter(({ subject }) => subject.detail === 'bug 15892')
    expect(finding?.causedBy).toContain('leader-disagreement')
  })
})
