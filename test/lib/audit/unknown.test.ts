import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { normalSnapshot } from '../../../src/lib/audit/normal.ts'
import { CHECKS } from '../../../src/lib/audit/registry.ts'
import { type MissedFact, type View, viewOf } from '../../../src/lib/audit/view.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { NodeFacts, Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { factsIn, healthyCluster, withFacts, withFlags, withHost, withoutNode } from '../../support/audit-cluster.ts'

/** A view that notes what is asked of it. */
function watched(view: View): { view: View; asked: Set<string> } {
  const asked = new Set<string>()
  const need: View['need'] = (pnn, fact) => {
    asked.add(JSON.stringify([pnn, fact]))
    return view.need(pnn, fact)
  }
  return { view: { ...view, need }, asked }
}

function without(snapshot: Snapshot, pnn: number, fact: string): Snapshot {
  const missing = { fact, code: 'TIMEOUT', message: `no ${fact} for the asking` }
  const noted = withFacts(snapshot, pnn, (facts) => ({ missing: [...facts.missing, missing] }))
  if (fact.startsWith('host.')) return withHost(noted, pnn, () => ({ [fact.slice('host.'.length)]: undefined }))
  return withFacts(noted, pnn, () => ({ [fact]: undefined }) as Partial<NodeFacts>)
}

describe('what could not be read', () => {
  const states = [
    ['is healthy', healthyCluster()],
    ['has a banned node', withFlags(healthyCluster(), 1, NODE_FLAG.BANNED)],
    ['has an unhealthy node', withFlags(healthyCluster(), 1, NODE_FLAG.UNHEALTHY)],
    ['has a dead daemon', withHost(withFlags(healthyCluster(), 1, NODE_FLAG.DISCONNECTED), 1, () => ({ daemonAnswers: false }))],
  ] as const

  it.each(states)('is unknown to each check that needs it, never a pass, in a cluster that %s', (_state, made) => {
    const cluster = normalSnapshot(made)
    for (const check of CHECKS) {
      const { view, asked } = watched(viewOf(cluster, () => {}))
      check.find(view)
      for (const key of asked) {
        const [pnn, fact] = JSON.parse(key) as [number, string]
        const missed: MissedFact[] = []
        check.find(viewOf(without(cluster, pnn, fact), (each) => missed.push(each)))
        expect(missed, `${check.id} ${key}`).toContainEqual({ pnn, fact, why: `no ${fact} for the asking` })
      }
    }
  })

  it('every check needs something, so that none can pass on a cluster of which nothing is known', () => {
    const cluster = healthyCluster()
    const bare = { ...cluster, nodes: cluster.nodes.map(({ pnn }) => ({ pnn, missing: [] })) }
    const { unknown, findings } = auditSamples([bare])
    const told = new Set([...unknown, ...findings].map(({ id }) => id))
    // What the node map itself tells is always known.
    expect(CHECKS.map(({ id }) => id).filter((id) => !told.has(id))).toEqual([
      'ip-on-inactive-node',
      'ip-on-dead-daemon',
      'node-disconnected',
      'node-banned',
      'node-unhealthy',
    ])
  })

  it('is told with why: nobody looked at the machine', () => {
    const cluster = withFacts(healthyCluster(), 2, () => ({ host: undefined }))
    const { unknown, findings, nodes } = auditSamples([cluster, cluster], { only: ['ip-missing', 'version-skew'] })
    expect(findings).toEqual([])
    expect(unknown).toEqual([
      { id: 'ip-missing', pnn: 2, fact: 'host.addresses', why: 'nobody looked at the node' },
      { id: 'version-skew', pnn: 2, fact: 'host.version', why: 'nobody looked at the node' },
    ])
    expect(nodes.map(({ reachedBy, unknownFacts }) => [reachedBy, unknownFacts])).toEqual([
      ['ssh root@node0:22', 0],
      ['ssh root@node1:22', 0],
      [null, 2],
    ])
  })

  it('is told with why: the machine could not be reached', () => {
    const missing = [{ fact: 'host', code: 'SSH_REFUSED', message: 'connection refused' }]
    const cluster = withFacts(healthyCluster(), 2, () => ({ host: undefined, missing }))
    expect(auditSamples([cluster], { only: ['version-skew'] }).unknown).toEqual([
      { id: 'version-skew', pnn: 2, fact: 'host.version', why: 'connection refused' },
    ])
  })

  it('is not unknown of a node that is reported as cut off, but for its machine', () => {
    const { unknown, findings } = auditSamples([withoutNode(healthyCluster(), 2)])
    expect(findings.map(({ id }) => id)).toEqual(['node-disconnected'])
    expect([...new Set(unknown.map(({ pnn, fact }) => `${pnn} ${fact.split('.')[0]}`))]).toEqual(['2 host'])
  })

  it('is not unknown of the event daemon of a daemon that is reported as dead', () => {
    const dead = withHost(withFlags(healthyCluster(), 2, NODE_FLAG.DISCONNECTED), 2, () => ({
      daemonAnswers: false,
      events: undefined,
      addresses: [],
    }))
    expect(auditSamples([dead]).unknown).toEqual([])
    expect(auditSamples([dead], { skip: ['node-disconnected'] }).unknown).toContainEqual({
      id: 'script-failing',
      pnn: 2,
      fact: 'host.events',
      why: 'it was not read',
    })
  })

  it('is unknown of a node that is cut off when nobody reports that', () => {
    const { unknown } = auditSamples([withoutNode(healthyCluster(), 2)], { skip: ['node-disconnected'] })
    expect(unknown).toContainEqual({ id: 'ip-missing', pnn: 2, fact: 'known', why: 'not connected' })
  })

  it('keeps an address from being taken for unhosted while the node that is said to own it says nothing', () => {
    const cluster = healthyCluster()
    const mute = withFacts(cluster, 1, ({ missing }) => ({
      known: undefined,
      missing: [...missing, { fact: 'known', code: 'TIMEOUT', message: 'timed out' }],
    }))
    expect(factsIn(mute, 1).known).toBeUndefined()
    const { findings, unknown } = auditSamples([mute, mute])
    expect(findings).toEqual([])
    expect(unknown.map(({ id }) => id)).toContain('ip-unhosted')
  })
})
