import { describe, expect, it } from 'vitest'
import { NODE_FLAG, type Pnn } from '../../../src/lib/cluster/node.ts'
import type { MapEntry, Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { healthyCluster, withAll, withFacts } from '../../support/audit-cluster.ts'
import { at, cutOff, flagged, given, Watch } from '../../support/watch.ts'

const calm = healthyCluster()
const { DISCONNECTED, UNHEALTHY } = NODE_FLAG

/** What a watch sees that can ask only one node: through it all that it is connected to, else only itself. */
function through(pnn: Pnn, snapshot: Snapshot, { sees = true, leader = 0 as Pnn | null } = {}): Snapshot {
  const gone = { fact: 'everything', code: 'DISCONNECTED', message: 'not connected' }
  const mapOf = (nodeMap: readonly MapEntry[]) =>
    nodeMap.map((node) => (sees || node.pnn === pnn ? node : { ...node, flags: DISCONNECTED | UNHEALTHY }))
  return {
    ...snapshot,
    askedNode: pnn,
    leader: { pnn: leader, era: 'leader' },
    nodeMap: mapOf(snapshot.nodeMap),
    nodes: snapshot.nodes.map((facts) => {
      if (facts.pnn !== pnn) return sees ? { ...facts, leaders: undefined } : { pnn: facts.pnn, missing: [gone] }
      const leaders = leader === null ? [] : [leader]
      return { ...facts, leaders, ...(facts.nodeMap && { nodeMap: mapOf(facts.nodeMap) }) }
    }),
  }
}

const texts = (entries: readonly { readonly text: string }[]) => entries.map(({ text }) => text)
const ALONE = 'node 2 sees no other node: it is cut off, or they are all down; what becomes of the others is not known'

describe('a watch of one node that loses sight of all others', () => {
  const begun = () => {
    const watch = new Watch(through(2, calm))
    watch.heard = [2]
    return watch
  }

  it('says so, and nothing of the others', () => {
    const watch = begun()
    const { addresses } = watch.tracker.state
    expect(texts(watch.see(1, through(2, calm, { sees: false, leader: null })))).toEqual([ALONE])
    const { nodes, leader, addresses: now } = watch.tracker.state
    expect(nodes.map(({ flags, isOutOfSight = false }) => [flags, isOutOfSight])).toEqual([
      [0, true],
      [0, true],
      [0, false],
    ])
    expect(leader).toBeUndefined()
    expect(now.map(({ owner }) => owner)).toEqual(addresses.map(({ owner }) => owner))
    expect(watch.see(2, through(2, calm, { sees: false, leader: null }))).toEqual([])
  })

  it('tells what is new when it sees them again', () => {
    const watch = begun()
    watch.see(1, through(2, calm, { sees: false, leader: null }))
    const entries = watch.see(61, through(2, flagged(calm, 1, UNHEALTHY), { leader: 1 }))
    expect(entries).toMatchObject([
      { what: 'sighted', text: 'what the other nodes do is known again', awayMs: 60_000 },
      { what: 'unhealthy', text: 'node 1 became UNHEALTHY; it was OK when last seen' },
      { what: 'changed', text: 'node 1 is the leader now; it was node 0' },
    ])
    expect(watch.node(0).isOutOfSight).toBeUndefined()
  })

  it('does not say how long a node was unhealthy that it did not see meanwhile', () => {
    const watch = new Watch(through(2, calm))
    watch.see(1, through(2, flagged(calm, 1, UNHEALTHY)))
    watch.see(2, through(2, calm, { sees: false }))
    const [back] = watch.see(9, through(2, calm)).filter(({ kind }) => kind === 'health')
    expect([back?.text, back?.awayMs]).toEqual(['node 1 became OK; it was UNHEALTHY when last seen', undefined])
  })

  it('does not say that what it takes has left the others', () => {
    const watch = begun()
    const [address = ''] = watch.tracker.state.addresses.filter(({ owner }) => owner === 0).map((each) => each.address)
    watch.see(1, through(2, calm, { sees: false, leader: 2 }))
    expect(watch.tell(2, 2, 'TAKE_IP', address)).toMatchObject([
      { what: 'taken', text: `node 2 took ${address}; node 0, which it does not see, may still have it` },
    ])
    const seen = begun()
    expect(texts(seen.see(1, through(2, given(calm, address, 2), { sees: false, leader: 2 })))).toContain(
      `node 2 took ${address}; node 0, which it does not see, may still have it`,
    )
  })

  it('does not call the leader of that node the leader of the cluster, nor its recovery mode a recovery', () => {
    const stuck = withFacts(calm, 2, () => ({ recoveryMode: 1 }))
    const entries = begun().see(1, through(2, stuck, { sees: false, leader: 2 }))
    expect(texts(entries)).toEqual([
      ALONE,
      'node 2 is the leader now, as far as it sees; it was node 0',
      'node 2, which sees no other node, is in recovery mode',
    ])
  })

  it('does not take up who calls itself the leader there', () => {
    const watch = begun()
    watch.see(1, through(2, calm, { sees: false, leader: null }))
    expect(watch.tracker.observe({ kind: 'leader', atMs: at(2), pnn: null, toldBy: 2 })).toEqual([])
    expect(watch.tracker.state.leader).toBeUndefined()
  })
})

describe('a watch that begins at a node that sees no other', () => {
  it('says that the rest is not known, and later how the others are, not that they became so', () => {
    const watch = new Watch(through(2, calm, { sees: false, leader: null }))
    expect(watch.node(0)).toMatchObject({ isOutOfSight: true })
    expect(watch.tracker.state.leader).toBeUndefined()
    const entries = texts(watch.see(5, through(2, calm)))
    expect(entries.slice(0, 3)).toEqual([
      'what the other nodes do is known again',
      'node 0, which answers now, owns 10.0.0.3',
      'node 0, which answers now, owns 10.0.0.6',
    ])
    expect(entries.join()).not.toMatch(/took|knows/)
    expect(watch.node(0)).toMatchObject({ flags: 0, sinceMs: null })
  })
})

it('a watch that begins at a daemon that has just started does not know who leads', () => {
  const alone = through(2, calm, { sees: false, leader: null })
  const watch = new Watch(withFacts(alone, 2, () => ({ runState: 'FIRST_RECOVERY' })))
  expect(watch.tracker.state.leader).toBeUndefined()
  expect(watch.node(0)).toMatchObject({ isOutOfSight: true })
  expect(texts(watch.see(2, through(2, calm))).filter((text) => /leader|became/.test(text))).toEqual([])
})

it('a node that others see to be gone is gone', () => {
  const watch = new Watch()
  expect(texts(watch.see(1, cutOff(calm, 1)))).toContain('node 1 became DISCONNECTED|INACTIVE; it was OK')
})

describe('nodes that hear no leader and do not see all others', () => {
  const withoutLeader = (snapshot: Snapshot) => ({
    ...withAll(snapshot, ({ nodeMap }) => (nodeMap ? { leaders: [] } : {})),
    askedNode: 1,
    leader: { pnn: null, era: 'leader' } as const,
  })
  const MISSED =
    'nodes 1 and 2 hear no leader and do not see node 0: they are cut off, or it is down; what becomes of it is not known'

  it('say nothing of those, which may carry on', () => {
    const watch = new Watch()
    const { addresses } = watch.tracker.state
    expect(texts(watch.see(1, withoutLeader(cutOff(calm, 0))))).toEqual([MISSED])
    expect(watch.node(0)).toMatchObject({ flags: 0, isOutOfSight: true })
    expect(watch.tracker.state.leader).toBeUndefined()
    expect(watch.tracker.state.addresses.map(({ owner }) => owner)).toEqual(addresses.map(({ owner }) => owner))
    expect(watch.see(2, withoutLeader(cutOff(calm, 0)))).toEqual([])
  })

  it('are the cluster as soon as they have a leader', () => {
    const watch = new Watch()
    watch.see(1, withoutLeader(cutOff(calm, 0)))
    const led = withAll(cutOff(calm, 0), ({ nodeMap }) => (nodeMap ? { leaders: [1] } : {}))
    const entries = watch.see(6, { ...led, askedNode: 1, leader: { pnn: 1, era: 'leader' } })
    expect(texts(entries)).toEqual(
      expect.arrayContaining([
        'what the other nodes do is known again',
        'node 0 became DISCONNECTED|INACTIVE; it was OK when last seen',
        'node 1 is the leader now; it was node 0',
      ]),
    )
  })

  it('know of a node that its daemon is dead where its machine is reached', () => {
    const dead = withFacts(cutOff(calm, 0), 0, () => ({
      host: { ...calm.nodes[0]?.host, reachedBy: 'node0', daemonAnswers: false },
    }))
    expect(texts(new Watch().see(1, withoutLeader(dead)))).toEqual(
      expect.arrayContaining(['node 0 became DISCONNECTED|INACTIVE; it was OK', 'the cluster has no leader now; it was node 0']),
    )
  })
})

it('a node whose daemon is seen to be dead is gone, even if the only other one sees nobody', () => {
  const two = healthyCluster({ nodes: 2 })
  const watch = new Watch(two)
  const dead = withFacts(cutOff(two, 1), 1, () => ({ host: { ...two.nodes[1]?.host, reachedBy: 'node1', daemonAnswers: false } }))
  expect(texts(watch.see(1, dead))).toContain('node 1 became DISCONNECTED|INACTIVE; it was OK')
})

it('a node that did not answer when the watch began has not reloaded its addresses when it does', () => {
  const watch = new Watch(cutOff(calm, 0))
  const entries = watch.see(5, calm)
  expect(texts(entries)).toContain('node 0, which answers now, owns 10.0.0.3')
  expect(entries.flatMap(({ text, cause = '' }) => [text, cause]).join()).not.toMatch(/knows|took/)
})
