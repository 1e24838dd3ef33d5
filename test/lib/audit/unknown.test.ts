import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import type { Check } from '../../../src/lib/audit/check.ts'
import { normalSnapshot } from '../../../src/lib/audit/normal.ts'
import { CHECKS } from '../../../src/lib/audit/registry.ts'
import { type MissedFact, type View, viewOf } from '../../../src/lib/audit/view.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { NodeFacts, Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { factsIn, healthyCluster, withAll, withFacts, withFlags, withHost, withoutNode } from '../../support/audit-cluster.ts'

/** A view that notes what is asked of it. */
function watched(view: View): { view: View; asked: Set<string> } {
  const asked = new Set<string>()
  const noting =
    (read: View['need']): View['need'] =>
    (pnn, fact) => {
      asked.add(JSON.stringify([pnn, fact]))
      return read(pnn, fact)
    }
  return { view: { ...view, need: noting(view.need), want: noting(view.want) }, asked }
}

function without(snapshot: Snapshot, pnn: number, fact: string): Snapshot {
  const missing = { fact, code: 'TIMEOUT', message: `no ${fact} for the asking` }
  const noted = withFacts(snapshot, pnn, (facts) => ({ missing: [...facts.missing, missing] }))
  if (fact.startsWith('host.')) return withHost(noted, pnn, () => ({ [fact.slice('host.'.length)]: undefined }))
  return withFacts(noted, pnn, () => ({ [fact]: undefined }) as Partial<NodeFacts>)
}

/** What a view shows although nothing but the node map is known. */
const SHOWN_BY_NODE_MAP = [
  ...['nodes', 'active', 'flags', 'isCutOff', 'isOutOfSight', 'isDaemonDead'],
  ...['snapshot', 'snapshot.nodeMap', 'snapshot.askedNode'],
]

/** The parts of a view that a check reads and that the node map alone does not fill. */
function readsBeyondNodeMap(check: Check, cluster: Snapshot): string[] {
  const read = new Set<string>()
  const noting = <T extends object>(object: T, prefix = ''): T =>
    new Proxy(object, {
      get(target, name) {
        read.add(`${prefix}${String(name)}`)
        return Reflect.get(target, name)
      },
    })
  const view = viewOf(normalSnapshot(cluster), () => {})
  check.find(noting({ ...view, snapshot: noting(view.snapshot, 'snapshot.') }))
  return [...read].filter((name) => !SHOWN_BY_NODE_MAP.includes(name))
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

  it('does not make a snapshot less than whole that is older than the fact, or of nodes without the program for it', () => {
    const older = withAll(healthyCluster(), ({ host }) => ({
      lockLatency: undefined,
      ...(host && { host: { ...host, lock: undefined, connections: undefined } }),
    }))
    expect(auditSamples([older, older]).unknown).toEqual([])
  })

  it('is unknown to each check where nothing but the node map is known, unless the check reads only that', () => {
    const cluster = healthyCluster()
    const entry = { address: '10.0.0.1', interfaceName: 'eth0', mac: '52:54:00:12:34:56', isPermanent: false }
    const bare = {
      ...cluster,
      isProbed: true,
      outside: { neighbours: [entry] },
      nodes: cluster.nodes.map(({ pnn }) => ({ pnn, missing: [] })),
    }
    const { unknown, findings } = auditSamples([bare])
    const reported = new Set([...unknown, ...findings].map(({ id }) => id))
    for (const check of CHECKS) {
      if (!reported.has(check.id)) expect(readsBeyondNodeMap(check, bare), `${check.id} passes, but reads`).toEqual([])
    }
  })

  it('is reported with the reason: the host was not read', () => {
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

  it('is reported with the reason: the host could not be reached', () => {
    const missing = [{ fact: 'host', code: 'SSH_REFUSED', message: 'connection refused' }]
    const cluster = withFacts(healthyCluster(), 2, () => ({ host: undefined, missing }))
    expect(auditSamples([cluster], { only: ['version-skew'] }).unknown).toEqual([
      { id: 'version-skew', pnn: 2, fact: 'host.version', why: 'connection refused' },
    ])
  })

  it('is not unknown for a node that is reported as disconnected, except about its host', () => {
    const { unknown, findings } = auditSamples([withoutNode(healthyCluster(), 2)])
    expect(findings.map(({ id }) => id)).toEqual(['node-disconnected'])
    expect([...new Set(unknown.map(({ pnn, fact }) => `${pnn} ${fact.split('.')[0]}`))]).toEqual(['2 host'])
  })

  it('is not unknown about the event daemon of a daemon that is reported as dead', () => {
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

  it('is unknown for a disconnected node that no finding reports', () => {
    const { unknown } = auditSamples([withoutNode(healthyCluster(), 2)], { skip: ['node-disconnected'] })
    expect(unknown).toContainEqual({ id: 'ip-missing', pnn: 2, fact: 'known', why: 'not connected' })
  })

  it('is unknown what the files say where there is none: the configuration is in another folder', () => {
    const none = { publicAddressesFile: null, nodesFile: null, configFile: null }
    const cluster = withHost(healthyCluster(), 1, () => none)
    const { findings, unknown } = auditSamples([cluster, cluster])
    expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([])
    const why = 'there are no files of CTDB in the folder that was read'
    expect(unknown).toContainEqual({ id: 'file-missing', pnn: 1, fact: 'host.publicAddressesFile', why })
    expect(new Set(unknown.map((each) => `${each.pnn} ${each.why}`))).toEqual(new Set([`1 ${why}`]))
    const dead = withHost(withFlags(cluster, 1, NODE_FLAG.DISCONNECTED), 1, () => ({ daemonAnswers: false, addresses: [] }))
    const ofDead = auditSamples([dead, dead])
    expect(ofDead.findings.map(({ id }) => id)).not.toContain('cluster-lock')
    expect(ofDead.unknown).toContainEqual({ id: 'cluster-lock', pnn: 1, fact: 'host.configFile', why })
  })

  it('keeps an address from counting as unhosted while its reported owner is silent', () => {
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
