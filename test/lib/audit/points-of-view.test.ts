import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { NodeFacts, Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { factsIn, healthyCluster, heldAddress, hostIn, withFacts, withHost } from '../../support/audit-cluster.ts'

const { DISCONNECTED, UNHEALTHY, BANNED } = NODE_FLAG
const GONE = DISCONNECTED | UNHEALTHY
const NODES = [0, 1, 2]

/** The same cluster, asked from another node: with the node map and the leader of that node's daemon. */
const askedFrom = (snapshot: Snapshot, pnn: number): Snapshot => {
  const { nodeMap = snapshot.nodeMap, leaders = [] } = factsIn(snapshot, pnn)
  return { ...snapshot, askedNode: pnn, nodeMap, leader: { ...snapshot.leader, pnn: leaders.at(-1) ?? null } }
}

/** What a daemon sees: these nodes, and itself with these flags. */
const seeing = (snapshot: Snapshot, pnn: number, seen: readonly number[], flags = 0): Partial<NodeFacts> => ({
  nodeMap: snapshot.nodeMap.map((node) => ({ ...node, flags: node.pnn === pnn ? flags : seen.includes(node.pnn) ? 0 : GONE })),
})

/** Nodes 1 and 2 work, with node 1 as leader, and all addresses; node 0 is cut off. */
function withoutNode0(flags: number, more: Partial<NodeFacts> = {}): Snapshot {
  const rest = healthyCluster({ leader: 1 })
  const addresses = factsIn(rest, 0).known?.map(({ address }) => address) ?? []
  const ownerOf = (index: number) => 1 + (index % 2)
  return NODES.reduce((changed, pnn) => {
    const own = addresses.filter((_, index) => ownerOf(index) === pnn)
    const placed = withHost(changed, pnn, (host) => ({
      addresses: [
        ...(host.addresses ?? []).filter(({ address }) => !addresses.includes(address)),
        ...own.map((address, index) => heldAddress(address, 24, 'eth1', index > 0)),
      ],
    }))
    return withFacts(placed, pnn, (facts) => ({
      known: facts.known?.map((known, index) => ({
        ...known,
        owner: pnn === 0 ? null : ownerOf(index),
        activeInterface: ownerOf(index) === pnn ? 'eth1' : null,
      })),
      interfaces: facts.interfaces?.map((each) => ({ ...each, references: own.length })),
      vnnMap: { generation: pnn === 0 ? 5 : 6, map: pnn === 0 ? [0] : [1, 2] },
      ...(pnn === 0 ? { ...seeing(changed, 0, [], flags), available: [], leaders: [], ...more } : seeing(changed, pnn, [1, 2])),
    }))
  }, rest)
}

interface Situation {
  readonly situation: string
  readonly cluster: Snapshot
  /** The ids of the findings that nothing else explains. */
  readonly roots: readonly string[]
}

const banned = withoutNode0(BANNED, { banSeconds: 250 })
const stale = NODES.slice(0, 1).reduce(
  (changed, pnn) =>
    withHost(
      withFacts(changed, pnn, ({ known }) => ({
        recoveryMode: 1,
        known: known?.map((each, index) => (index === 0 ? { ...each, owner: 0, activeInterface: 'eth1' } : each)),
        interfaces: [{ name: 'eth1', linkUp: true, references: 1 }],
      })),
      pnn,
      ({ addresses = [] }) => ({ addresses: [...addresses, heldAddress('10.0.0.1', 24, 'eth1')] }),
    ),
  withoutNode0(0),
)
const starting = withoutNode0(UNHEALTHY, { runState: 'FIRST_RECOVERY', recoveryMode: 1 })

const situations: readonly Situation[] = [
  { situation: 'a healthy cluster', cluster: healthyCluster(), roots: [] },
  { situation: 'a node that is cut off and banned', cluster: banned, roots: ['cluster-split', 'node-banned'] },
  { situation: 'a node that is cut off, and still holds an address', cluster: stale, roots: ['cluster-split'] },
  { situation: 'a node that has just started', cluster: starting, roots: ['node-not-running'] },
]

describe('an audit says the same of a cluster, whichever node was asked:', () => {
  it.each(situations.flatMap((each) => NODES.map((asked) => ({ ...each, asked }))))(
    '$situation, asked from node $asked',
    ({ cluster, roots, asked }) => {
      const { findings } = auditSamples([askedFrom(cluster, asked), askedFrom(cluster, asked)])
      const unexplained = findings.filter(({ causedBy, severity }) => causedBy === undefined && severity !== 'info')
      expect([...new Set(unexplained.map(({ id }) => id))].toSorted()).toEqual(roots.toSorted())
    },
  )

  it('never to delete an address of a working node', () => {
    for (const cluster of [banned, stale, starting]) {
      const { findings } = auditSamples([askedFrom(cluster, 0), askedFrom(cluster, 0)])
      expect(findings.filter(({ remedy }) => remedy.includes('ip addr del')).map(({ message }) => message)).toEqual([])
    }
  })
})

describe('an audit that hears one node only, which sees no other,', () => {
  const silent = (cluster: Snapshot): Snapshot => ({
    ...askedFrom(cluster, 0),
    nodes: cluster.nodes.map((facts) =>
      facts.pnn === 0
        ? facts
        : {
            pnn: facts.pnn,
            missing: [{ fact: 'everything', code: 'DISCONNECTED', message: `node ${facts.pnn} is not connected` }],
          },
    ),
  })

  it('knows nothing of the others', () => {
    const { findings, unknown } = auditSamples([silent(banned), silent(banned)])
    expect(findings.map(({ id, message }) => `${id}: ${message}`)).toEqual([
      'cluster-split: node 0, which was asked, sees no other node: it is cut off, or they are all down',
      'node-banned: node 0 is banned for 250 s',
    ])
    expect(new Set(unknown.map(({ pnn }) => pnn))).toEqual(new Set([1, 2]))
  })

  it('says so of one that has just started', () => {
    const { findings } = auditSamples([silent(starting), silent(starting)])
    expect(findings.map(({ message }) => message)).toContain(
      'node 0, which was asked, has just started and does not know the other nodes yet',
    )
    expect(findings.map(({ id }) => id)).not.toContain('node-disconnected')
  })

  it('claims nothing if it hears no daemon at all', () => {
    const { nodeMap } = healthyCluster()
    const deaf: Snapshot = {
      ...healthyCluster(),
      nodeMap,
      leader: { pnn: null, era: 'leader' },
      nodes: NODES.map((pnn) => ({ pnn, missing: [{ fact: 'everything', code: 'NO_PERMISSION', message: 'no permission' }] })),
    }
    const { findings, unknown } = auditSamples([deaf, deaf])
    expect(findings).toEqual([])
    expect(unknown.length).toBeGreaterThan(0)
  })

  it('knows that a daemon is dead whose machine it reached', () => {
    const cluster: Snapshot = {
      ...silent(banned),
      nodes: silent(banned).nodes.map((facts) =>
        facts.pnn === 1 ? { ...facts, host: { ...hostIn(banned, 1), daemonAnswers: false, addresses: [] } } : facts,
      ),
    }
    const { findings } = auditSamples([cluster, cluster])
    expect(findings.filter(({ id }) => id === 'node-disconnected').map(({ nodes }) => nodes)).toEqual([[1]])
  })
})

describe('an audit that hears only nodes that see each other, but no leader', () => {
  const gone = NODE_FLAG.DISCONNECTED | NODE_FLAG.UNHEALTHY
  /** Of five nodes, the first two are left; their daemons believe that the others are disconnected. */
  const cutOff = (hears: number[]): Snapshot => {
    const five = healthyCluster({ nodes: 5, leader: 4 })
    const nodeMap = five.nodeMap.map((node) => (node.pnn < 2 ? node : { ...node, flags: gone }))
    const missing = [{ fact: 'everything', code: 'DISCONNECTED', message: 'not connected' }]
    const nodes = five.nodes.map((facts) =>
      facts.pnn < 2 ? { ...facts, nodeMap, leaders: hears, recoveryMode: hears.length > 0 ? 0 : 1 } : { pnn: facts.pnn, missing },
    )
    return { ...five, nodeMap, nodes, leader: { ...five.leader, pnn: hears[0] ?? null } }
  }
  const findings = (snapshot: Snapshot) => auditSamples([snapshot, snapshot]).findings

  it('says that they are cut off or the others are down, and of those nothing', () => {
    const found = findings(cutOff([]))
    expect(found.map(({ id }) => id)).not.toContain('node-disconnected')
    expect(found.find(({ id }) => id === 'cluster-split')).toMatchObject({
      message: 'nodes 0 and 1 hear no leader and do not see nodes 2, 3 and 4: they are cut off, or those are down',
      outlook: 'What happens on the other nodes is not known.',
    })
    expect(found.filter(({ actions }) => actions.some(({ kind }) => kind === 'remove' || kind === 'unban'))).toEqual([])
  })

  it('says of each check that it could not see the others', () => {
    const { unknown } = auditSamples([cutOff([]), cutOff([])])
    const blind = (id: string) => unknown.filter((each) => each.id === id).map(({ pnn, fact }) => `${pnn} ${fact}`)
    expect(blind('node-disconnected')).toEqual(['2 everything', '3 everything', '4 everything'])
    expect(blind('ip-stale-view')).toEqual(expect.arrayContaining(['2 known', '3 known', '4 known']))
  })

  it('goes by them as soon as they have a leader', () => {
    const ids = findings(cutOff([0])).map(({ id }) => id)
    expect(ids).toContain('node-disconnected')
    expect(ids).not.toContain('cluster-split')
  })
})
