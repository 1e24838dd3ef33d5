import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { findingsIn, healthyCluster, withFacts } from '../../support/audit-cluster.ts'

const GONE = NODE_FLAG.DISCONNECTED | NODE_FLAG.UNHEALTHY

/** A cluster of three in which two nodes do not see each other, while the third sees both. */
const apart = (cluster: Snapshot, pair: readonly number[]): Snapshot =>
  pair.reduce(
    (changed, pnn) =>
      withFacts(changed, pnn, ({ nodeMap = [] }) => ({
        nodeMap: nodeMap.map((node) => (node.pnn !== pnn && pair.includes(node.pnn) ? { ...node, flags: GONE } : node)),
      })),
    cluster,
  )

describe('two nodes that do not see each other, although a third one sees both,', () => {
  it('are reported as the cause', () => {
    const findings = findingsIn(apart(healthyCluster({ leader: 1 }), [0, 2]))
    expect(findings.map(({ id, causedBy }) => [id, causedBy === undefined])).toEqual([
      ['cluster-split', true],
      ['flags-disagreement', false],
      ['flags-disagreement', false],
    ])
    expect(findings[0]?.message).toBe('nodes 0 and 2 do not see each other, although both are connected to other nodes')
    expect(findings[0]?.evidence).toEqual([
      'CTDB on node 0: sees node 2 as disconnected',
      'CTDB on node 2: sees node 0 as disconnected',
      'CTDB on node 1: sees nodes 0 and 2',
    ])
  })

  it('disturb the whole cluster if one of them is the leader, which no takeover run helps', () => {
    const alone = withFacts(apart(healthyCluster({ leader: 1 }), [0, 1]), 0, ({ known }) => ({
      leaders: [],
      recoveryMode: 1,
      known: known?.map((each, index) => (index === 0 ? { ...each, owner: 0, activeInterface: 'eth1' } : each)),
    }))
    const findings = findingsIn({ ...alone, leader: { ...alone.leader, pnn: 1 } })
    const split = findings.find(({ id }) => id === 'cluster-split')
    expect(split?.evidence).toContain('node 0 cannot hear the leader, node 1, and starts one election after another')
    const roots = findings.filter(({ causedBy, severity }) => causedBy === undefined && severity !== 'info')
    expect(roots.map(({ id }) => id)).toContain('cluster-split')
    expect(findings.filter(({ actions }) => actions.some(({ kind }) => kind === 'remove'))).toEqual([])
    // No run reaches node 0, so nothing is said to follow from one.
    const missing = findings.find(({ id, subject }) => id === 'ip-missing' && subject.pnn === 0)
    expect(missing?.claims.map(({ kind, after }) => [kind, after?.on])).toEqual([
      ['all-released', undefined],
      ['hosted', 'repair'],
    ])
  })
})

it('a stopped node that the leader does not see starts no election', () => {
  const stopped = [0, 1, 2].reduce(
    (changed, pnn) =>
      withFacts(changed, pnn, ({ nodeMap = [] }) => ({
        nodeMap: nodeMap.map((node) => (node.pnn === 0 && pnn !== 1 ? { ...node, flags: NODE_FLAG.STOPPED } : node)),
        ...(pnn === 0 ? { recoveryMode: 1, leaders: [] } : {}),
      })),
    apart(healthyCluster({ leader: 1 }), [0, 1]),
  )
  const split = findingsIn(stopped).find(({ id }) => id === 'cluster-split')
  expect(split?.outlook).not.toContain('election puts')
  expect(split?.evidence.join()).not.toContain('election')
})

describe('nodes that see each other, and have no leader,', () => {
  const leaderless = [0, 1, 2].reduce(
    (changed, pnn) => withFacts(changed, pnn, () => ({ leaders: [], recoveryMode: 1 })),
    healthyCluster(),
  )
  const found = findingsIn({ ...leaderless, leader: { ...leaderless.leader, pnn: null } })

  it.each(['leader-disagreement', 'recovery-stuck'])('may lack the cluster lock: %s says so', (id) => {
    const finding = found.find((each) => each.id === id)
    expect(finding?.outlook).toContain('if the private network and the cluster lock work')
    expect(finding?.actions.flatMap((action) => (action.kind === 'mend' ? [action.mended.what] : []))).toEqual([
      'network',
      'cluster lock',
    ])
  })

  it('are said to release their addresses, without a doubt only where they have not done that yet', () => {
    const conditionsIn = (snapshot: Snapshot) =>
      findingsIn({ ...snapshot, leader: { ...snapshot.leader, pnn: null } })
        .find(({ id }) => id === 'recovery-stuck')
        ?.claims.find(({ kind }) => kind === 'all-released')?.if
    expect(conditionsIn(leaderless)).toEqual(['script succeeds'])
    const released = withFacts(leaderless, 1, ({ known }) => ({
      known: known?.map((each) => ({ ...each, activeInterface: null })),
    }))
    expect(conditionsIn(released)).toEqual(['script succeeds', 'not released before'])
  })

  it('are not said to move addresses, as the run after the recovery places all of them', () => {
    expect(found.filter(({ id }) => id === 'imbalance')).toEqual([])
  })
})

it('a node that is healthy by its own flags is not reported as unhealthy, only that others are wrong about it', () => {
  const stale = [0, 1].reduce(
    (changed, pnn) =>
      withFacts(changed, pnn, ({ nodeMap = [] }) => ({
        nodeMap: nodeMap.map((node) => (node.pnn === 2 ? { ...node, flags: NODE_FLAG.UNHEALTHY } : node)),
      })),
    healthyCluster(),
  )
  expect(findingsIn(stale).map(({ id }) => id)).toEqual(['flags-disagreement'])
})

it('nothing is said of the next takeover run while two nodes are leaders', () => {
  const claimed = withFacts(healthyCluster(), 1, ({ known }) => ({
    leaders: [1],
    known: known?.map((each) => ({ ...each, owner: 1, activeInterface: 'eth1' })),
  }))
  const duplicates = findingsIn(claimed).filter(({ id }) => id === 'ip-duplicate-claim')
  expect(duplicates.length).toBeGreaterThan(0)
  expect(duplicates.flatMap(({ claims }) => claims.map(({ kind }) => kind))).not.toContain('hosted')
})

describe('nodes that do not see another one, which sees them,', () => {
  const blind = (viewers: readonly number[]): Snapshot => {
    const nodeMap = healthyCluster().nodeMap.map((node) => (node.pnn === 2 ? { ...node, flags: GONE } : node))
    return { ...viewers.reduce((changed, pnn) => withFacts(changed, pnn, () => ({ nodeMap })), healthyCluster()), nodeMap }
  }

  it('are reported, as no takeover run reaches that node', () => {
    const findings = findingsIn(blind([0, 1]))
    expect(findings.filter(({ causedBy, severity }) => causedBy === undefined && severity !== 'info')).toMatchObject([
      {
        id: 'cluster-split',
        severity: 'error',
        message: 'nodes 0 and 1 do not see node 2, which still sees them',
        outlook: expect.stringMatching(/^Whether these nodes find each other again or lose each other is not known/),
      },
    ])
    expect(findings.find(({ id }) => id === 'imbalance')?.causedBy).toMatch(/cluster-split/)
  })
})
