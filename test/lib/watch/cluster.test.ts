import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { ClusterTracker, emptyState } from '../../../src/lib/watch/cluster-tracker.ts'
import { healthyCluster, ownerIn, withAll, withFacts } from '../../support/audit-cluster.ts'
import { at, cutOff, flagged, given, held, Watch } from '../../support/watch.ts'

const calm = healthyCluster()
const ledBy = (snapshot: Snapshot, pnn: number | null): Snapshot => ({
  ...withAll(snapshot, ({ leaders }) => (leaders ? { leaders: pnn === null ? [] : [pnn] } : {})),
  leader: { pnn, era: 'leader' },
})

describe('a new watch', () => {
  it('has an empty state, and one entry after the first poll', () => {
    const tracker = new ClusterTracker(10)
    expect(tracker.state).toEqual(emptyState())
    const entries = tracker.observe({ kind: 'seen', atMs: at(0), beganMs: at(0), snapshot: calm, heard: [0, 1, 2] })
    expect(entries).toMatchObject([
      { id: 10, kind: 'connection', what: 'began', text: 'watching 3 nodes and 6 addresses; node 0 is the leader', atMs: at(0) },
    ])
    const { nodes, addresses, leader, seenAtMs } = tracker.state
    expect([leader, seenAtMs, nodes.length, addresses.length]).toEqual([0, at(0), 3, 6])
    expect(nodes[0]).toEqual({
      pnn: 0,
      address: '10.9.0.1',
      flags: 0,
      runState: 'RUNNING',
      isLeader: true,
      links: [{ name: 'eth1', linkUp: true }],
      owns: 2,
      knows: 6,
      answers: true,
      kernelSeen: true,
      heard: true,
      blind: undefined,
      sinceMs: null,
    })
    const [first] = addresses
    const owner = ownerIn(calm, '10.0.0.1')
    expect(first).toEqual({
      address: '10.0.0.1',
      owner,
      claims: [owner],
      knownBy: [0, 1, 2],
      heldBy: [owner],
      interfaceName: 'eth1',
      kernel: 'held',
      sinceMs: null,
      awaySinceMs: null,
    })
  })

  it('keeps what was reported before the first poll', () => {
    const tracker = new ClusterTracker()
    const [taken] = tracker.observe({ kind: 'told', atMs: at(0), pnn: 1, event: 'TAKE_IP', address: '10.0.0.1' })
    expect(taken).toMatchObject({ what: 'taken', to: 1 })
    tracker.observe({ kind: 'seen', atMs: at(1), beganMs: at(0.5), snapshot: calm })
    expect(tracker.state.addresses[0]?.owner).toBe(ownerIn(calm, '10.0.0.1'))
  })

  it('keeps all objects of the state that do not change', () => {
    const watch = new Watch()
    const { nodes, addresses } = watch.tracker.state
    watch.see(1, structuredClone(calm))
    expect(watch.tracker.state.nodes).toBe(nodes)
    expect(watch.tracker.state.addresses).toBe(addresses)
    const owner = ownerIn(calm, '10.0.0.1')
    watch.tell(2, owner, 'RELEASE_IP', '10.0.0.1')
    const now = watch.tracker.state
    expect(now.addresses.filter((each, index) => each !== addresses[index]).map(({ address }) => address)).toEqual(['10.0.0.1'])
    expect(now.nodes.filter((each, index) => each !== nodes[index]).map(({ pnn }) => pnn)).toEqual([owner])
  })
})

describe('a node', () => {
  it('that changes is reported in the words of ctdb, with the duration', () => {
    const watch = new Watch()
    expect(watch.see(1, flagged(calm, 1, NODE_FLAG.UNHEALTHY))).toMatchObject([
      { kind: 'health', what: 'unhealthy', text: 'node 1 became UNHEALTHY; it was OK', tone: 'error', pnns: [1] },
    ])
    expect(watch.node(1)).toMatchObject({ flags: NODE_FLAG.UNHEALTHY, sinceMs: at(1) })
    expect(watch.see(4, calm)).toMatchObject([
      { what: 'healthy', text: 'node 1 became OK; it was UNHEALTHY for 3.0 s', tone: 'good', awayMs: 3_000 },
    ])
  })

  it('that becomes unhealthy and healthy with its link', () => {
    const down = withFacts(calm, 1, () => ({ interfaces: [{ name: 'eth1', linkUp: false, references: 0 }] }))
    const watch = new Watch()
    expect(watch.see(1, flagged(down, 1, NODE_FLAG.UNHEALTHY))).toMatchObject([
      { kind: 'link', what: 'down' },
      { kind: 'health', what: 'unhealthy', cause: 'link eth1 of node 1 went down' },
    ])
    expect(watch.see(4, calm)).toMatchObject([{ kind: 'link' }, { what: 'healthy', cause: 'link eth1 of node 1 came up' }])
  })

  it('that goes through its run states', () => {
    const watch = new Watch()
    const starting = withFacts(calm, 2, () => ({ runState: 'STARTUP' }))
    expect(watch.see(1, starting).map(({ text }) => text)).toEqual(['node 2 is in run state STARTUP; it was in RUNNING'])
  })

  it('that is new, and that is deleted', () => {
    const watch = new Watch(healthyCluster({ nodes: 2 }))
    const three = healthyCluster({ nodes: 3 })
    const texts = watch.see(1, three).map(({ text }) => text)
    expect(texts[0]).toBe('node 2 (10.9.0.3) was added and is OK')
    expect(texts).toContain('node 2 knows 10.0.0.1, 10.0.0.2 and 4 more now')
    const deleted = flagged(three, 2, NODE_FLAG.DELETED | NODE_FLAG.DISCONNECTED)
    const gone = watch.see(2, { ...deleted, nodes: deleted.nodes.filter(({ pnn }) => pnn !== 2) })
    expect(gone[0]?.text).toBe('node 2 (10.9.0.3) is no longer part of the cluster')
    expect(watch.tracker.state.nodes.map(({ pnn }) => pnn)).toEqual([0, 1])
    expect(
      watch.tracker.state.addresses.flatMap(({ knownBy, claims, heldBy }) => [...knownBy, ...claims, ...heldBy]),
    ).not.toContain(2)
  })

  it('whose link comes up again', () => {
    const watch = new Watch()
    watch.see(
      1,
      withFacts(calm, 1, () => ({ interfaces: [{ name: 'eth1', linkUp: false, references: 0 }] })),
    )
    expect(watch.node(1).links).toEqual([{ name: 'eth1', linkUp: false }])
    expect(watch.see(3, calm)).toMatchObject([{ kind: 'link', what: 'up', text: 'link eth1 of node 1 came up', awayMs: 2_000 }])
  })
})

describe('the leader', () => {
  it('is reported once, whether heard or seen, and a poll in progress does not restore the old one', () => {
    const watch = new Watch()
    const heard = watch.tracker.observe({ kind: 'leader', atMs: at(2), pnn: 1, toldBy: 1 })
    expect(heard).toMatchObject([
      { kind: 'leader', what: 'changed', text: 'node 1 is the leader now; it was node 0', pnns: [0, 1] },
    ])
    expect(watch.see(2.5, calm, 1.9)).toEqual([])
    expect(watch.see(4, ledBy(calm, 1))).toEqual([])
    expect(watch.tracker.state.leader).toBe(1)
    expect(watch.node(1).isLeader).toBe(true)
  })

  it('may be missing for a while, with a known cause', () => {
    const watch = new Watch()
    const dead = withFacts(cutOff(calm, 0), 0, () => ({
      host: { ...calm.nodes[0]?.host, reachedBy: 'node0', daemonAnswers: false },
    }))
    const entries = watch.see(1, ledBy(dead, null)).filter(({ kind }) => kind === 'leader')
    const cause = 'node 0 became DISCONNECTED|INACTIVE'
    expect(entries).toMatchObject([{ what: 'lost', text: 'the cluster has no leader now; it was node 0', cause }])
    expect(watch.see(3, ledBy(dead, 2)).filter(({ kind }) => kind === 'leader')).toMatchObject([
      { what: 'changed', text: 'node 2 is the leader now; it was node 0', awayMs: 2_000 },
    ])
  })
})

describe('a daemon that is started again between two samples', () => {
  const restarted = (snapshot: Snapshot, pnn: number) =>
    withFacts(snapshot, pnn, ({ times }) => (times ? { times: { ...times, daemonStart: times.daemonStart + 60 } } : {}))
  const text = 'the daemon of node 1 was started again'

  it('is reported once', () => {
    const watch = new Watch()
    expect(watch.see(1, restarted(calm, 1))).toMatchObject([{ kind: 'health', what: 'restarted', text, pnns: [1] }])
    expect(watch.see(2, restarted(calm, 1))).toEqual([])
  })

  it('is why its addresses left it, and why there is a takeover run', () => {
    const watch = new Watch()
    const [address = ''] = watch.tracker.state.addresses.filter(({ owner }) => owner === 1).map((each) => each.address)
    watch.see(1)
    expect(watch.see(3, given(restarted(calm, 1), address, null))).toMatchObject([
      { what: 'restarted' },
      { what: 'released', cause: text },
    ])
    expect(watch.disable(3.5, 2, 60, { by: 0, wantsAnswer: false })).toMatchObject([{ what: 'started', cause: text }])
    expect(watch.tell(4, 2, 'TAKE_IP', address)).toMatchObject([{ what: 'moved', cause: text }])
  })

  it('is not why an address left that the new daemon took', () => {
    const watch = new Watch()
    const [address = ''] = watch.tracker.state.addresses.filter(({ owner }) => owner === 0).map((each) => each.address)
    watch.tell(2, 0, 'RELEASE_IP', address)
    watch.tell(2.1, 1, 'TAKE_IP', address)
    watch.see(3, given(restarted(calm, 1), address, 1))
    expect(watch.tell(4, 1, 'RELEASE_IP', address)[0]?.cause).toBeUndefined()
  })
})

describe('which leader there is', () => {
  const hearing = (leaders: readonly (readonly number[])[]): Snapshot =>
    withAll(calm, ({ pnn }) => ({ leaders: leaders[pnn] ?? [] }))

  it('is not said by one node that hears none any more while others do', () => {
    const watch = new Watch()
    expect(watch.tracker.observe({ kind: 'leader', atMs: at(1), pnn: null, toldBy: 2 })).toEqual([])
    expect(watch.see(2, hearing([[0], [0], []]))).toEqual([])
    expect(watch.tracker.state.leader).toBe(0)
    const nobody = { ...hearing([[], [], []]), leader: { pnn: null, era: 'leader' } as const }
    expect(watch.see(3, nobody)).toMatchObject([{ text: 'the cluster has no leader now; it was node 0' }])
  })

  it('is not said while two are heard, which is reported once two samples have shown it', () => {
    const watch = new Watch()
    const both = hearing([[0], [0], [2]])
    expect(watch.see(1, both)).toEqual([])
    expect(watch.tracker.observe({ kind: 'leader', atMs: at(1.5), pnn: 2, toldBy: 1 })).toEqual([])
    expect(watch.see(2, { ...both, leader: { pnn: 2, era: 'leader' } })).toMatchObject([
      { kind: 'leader', what: 'rivals', text: 'nodes name different leaders: nodes 0 and 2', atMs: at(1) },
    ])
    expect(watch.see(3, { ...both, leader: { pnn: 0, era: 'leader' } })).toEqual([])
    expect(watch.see(4, ledBy(calm, 2))).toMatchObject([
      { what: 'settled', text: 'there are no longer several leaders', awayMs: 3_000 },
      { what: 'changed', text: 'node 2 is the leader now; it was node 0' },
    ])
  })
})

describe('a takeover run', () => {
  it('is reported twice, with its cause, however many nodes report it', () => {
    const watch = new Watch()
    watch.see(1, flagged(calm, 1, NODE_FLAG.DISABLED))
    const started = [0, 1, 2].flatMap((pnn) => watch.tell(2 + pnn / 100, pnn, 'START_IPREALLOCATE'))
    expect(started).toMatchObject([{ kind: 'takeover-run', what: 'started', cause: 'node 1 became DISABLED' }])
    expect(watch.tracker.state.takeoverRunSinceMs).toBe(at(2))
    const ended = [0, 1, 2].flatMap((pnn) => watch.tell(3.5 + pnn / 100, pnn, 'IPREALLOCATED'))
    expect(ended).toMatchObject([{ what: 'finished', text: 'the takeover run finished after 1.5 s' }])
    expect(watch.tracker.state.takeoverRunSinceMs).toBeUndefined()
    expect(watch.tell(5, 0, 'START_IPREALLOCATE')).toMatchObject([{ what: 'started' }])
  })

  it('without an end does not last for ever', () => {
    const watch = new Watch()
    watch.tell(1, 0, 'START_IPREALLOCATE')
    expect(watch.tell(10, 0, 'START_IPREALLOCATE').map(({ text }) => text)).toEqual([
      'another takeover run started; the end of the previous one was not reported',
    ])
    expect(watch.see(71)).toMatchObject([{ what: 'unfinished', tone: 'warning' }])
    expect(watch.tracker.state.takeoverRunSinceMs).toBeUndefined()
  })
})

describe('a recovery', () => {
  const inMode = (recoveryMode: number, generation: number) =>
    withFacts(
      withFacts(calm, 0, ({ vnnMap }) => ({ vnnMap: { map: vnnMap?.map ?? [], generation } })),
      1,
      () => ({ recoveryMode }),
    )

  it('that is seen, and whose end every node reports', () => {
    const watch = new Watch()
    expect(watch.see(1, inMode(1, 712_345))).toMatchObject([{ kind: 'recovery', what: 'started', pnns: [1] }])
    expect(watch.tracker.state.recoverySinceMs).toBe(at(1))
    const told = [0, 1, 2].flatMap((pnn) => watch.tell(2 + pnn / 100, pnn, 'RECONFIGURE'))
    expect(told).toMatchObject([{ what: 'finished', text: 'a recovery finished', awayMs: 1_000 }])
    expect(watch.see(3, inMode(0, 5_555))).toEqual([])
    expect(watch.tracker.state.recoverySinceMs).toBeUndefined()
  })

  it('does not include one in which a stopped or banned node stays', () => {
    const watch = new Watch()
    for (const flag of [NODE_FLAG.STOPPED, NODE_FLAG.BANNED]) {
      expect(watch.see(1, flagged(inMode(1, 712_345), 1, flag)).map(({ kind }) => kind)).not.toContain('recovery')
      expect(watch.tracker.state.recoverySinceMs).toBeUndefined()
    }
  })

  it('does not include that of a node which knows that it is banned before the others do', () => {
    const banned = withFacts(inMode(1, 712_345), 1, ({ nodeMap = [] }) => ({
      nodeMap: nodeMap.map((node) => (node.pnn === 1 ? { ...node, flags: NODE_FLAG.BANNED } : node)),
    }))
    expect(new Watch().see(1, banned).map(({ kind }) => kind)).not.toContain('recovery')
  })

  it('that happened between two polls, without any message', () => {
    const watch = new Watch()
    expect(watch.see(2, inMode(0, 5_555))).toMatchObject([{ what: 'finished', text: 'a recovery took place' }])
    expect(watch.see(4)).toEqual([])
  })

  it('whose generation is new before it is over', () => {
    const watch = new Watch()
    expect(watch.see(1, inMode(1, 5_555)).map(({ what }) => what)).toEqual(['started'])
    expect(watch.tell(2, 0, 'RECONFIGURE')).toMatchObject([{ what: 'finished', awayMs: 1_000 }])
    expect(watch.see(3, inMode(0, 5_555))).toEqual([])
    expect(watch.see(30, inMode(0, 6_666)).map(({ text }) => text)).toEqual(['a recovery took place'])
  })

  it('that is over in the next poll, without any message', () => {
    const watch = new Watch()
    watch.see(1, inMode(1, 712_345))
    expect(watch.see(3, inMode(0, 5_555))).toMatchObject([{ text: 'the recovery finished', awayMs: 2_000 }])
  })

  it('that is reported after a poll has shown it', () => {
    const watch = new Watch()
    watch.see(2, inMode(0, 5_555))
    expect(watch.tell(2.1, 0, 'RECONFIGURE')).toEqual([])
  })
})

describe('an action', () => {
  const begun = { kind: 'done', stage: 'begun', text: 'disable node 1', does: 'disable', pnns: [1], addresses: [] } as const
  const disabled = flagged(calm, 1, NODE_FLAG.DISABLED)

  it('is reported when it starts, and with its duration when it has ended', () => {
    const watch = new Watch()
    expect(watch.tracker.observe({ ...begun, atMs: at(1) })).toMatchObject([
      { kind: 'action', what: 'begun', text: 'disable node 1', tone: 'plain', pnns: [1] },
    ])
    const ended = { ...begun, atMs: at(4), begunMs: at(1), text: 'node 1 is disabled' } as const
    expect(watch.tracker.observe({ ...ended, stage: 'done' })).toMatchObject([
      { kind: 'action', what: 'done', text: 'node 1 is disabled', tone: 'good', awayMs: 3_000 },
    ])
    expect(watch.see(5, disabled)).toMatchObject([{ kind: 'health', cause: 'requested here: disable node 1' }])
  })

  it('is not a cause once it has failed', () => {
    const watch = new Watch()
    watch.tracker.observe({ ...begun, atMs: at(1) })
    const failed = { ...begun, stage: 'failed', atMs: at(2), begunMs: at(1), text: 'disable node 1: no answer' } as const
    expect(watch.tracker.observe(failed)).toMatchObject([{ what: 'failed', tone: 'error', awayMs: 1_000 }])
    const [entry] = watch.see(3, disabled)
    expect(entry).toMatchObject({ kind: 'health', what: 'disabled' })
    expect(entry?.cause).toBeUndefined()
  })
})

describe('what cannot be reached', () => {
  const blind = { kind: 'blind', pnn: 1, what: 'daemon', why: 'the connection was closed' } as const

  it('is reported once, however often it is retried, and again when it is back', () => {
    const watch = new Watch()
    expect(watch.tracker.observe({ ...blind, atMs: at(1), retryAtMs: at(2) })).toMatchObject([
      { kind: 'connection', what: 'blind', text: 'the daemon of node 1 cannot be reached: the connection was closed' },
    ])
    expect(watch.tracker.observe({ ...blind, atMs: at(2), retryAtMs: at(4), why: 'refused' })).toEqual([])
    expect(watch.node(1)).toMatchObject({ heard: false, blind: { why: 'refused', sinceMs: at(1), retryAtMs: at(4) } })
    const sighted = { kind: 'sighted', pnn: 1, what: 'daemon', atMs: at(5) } as const
    expect(watch.tracker.observe(sighted)).toMatchObject([
      { what: 'sighted', text: 'the daemon of node 1 can be reached again', awayMs: 4_000, tone: 'good' },
    ])
    expect(watch.tracker.observe(sighted)).toEqual([])
    expect(watch.node(1)).toMatchObject({ heard: false, blind: undefined })
    watch.see(6)
    expect(watch.node(1)).toMatchObject({ heard: true, blind: undefined })
  })

  it('is not heard when it is back if it is asked only through another node', () => {
    const watch = new Watch()
    watch.heard = [0]
    watch.see(1)
    expect([0, 1].map((pnn) => watch.node(pnn).heard)).toEqual([true, false])
    watch.tracker.observe({ ...blind, atMs: at(2), retryAtMs: at(3) })
    watch.tracker.observe({ kind: 'sighted', pnn: 1, what: 'daemon', atMs: at(4) })
    watch.see(5)
    expect(watch.node(1)).toMatchObject({ answers: true, heard: false })
  })

  it('may be the machine, and then only its daemon', () => {
    const watch = new Watch()
    const texts = [
      ...watch.tracker.observe({ ...blind, atMs: at(1), retryAtMs: at(2) }),
      ...watch.tracker.observe({ ...blind, what: 'host', atMs: at(2), retryAtMs: at(4), why: 'no route' }),
      ...watch.tracker.observe({ kind: 'sighted', pnn: 1, what: 'host', atMs: at(4) }),
      ...watch.tracker.observe({ ...blind, atMs: at(4), retryAtMs: at(5) }),
      ...watch.tracker.observe({ kind: 'sighted', pnn: 1, what: 'daemon', atMs: at(5) }),
    ].map(({ text }) => text)
    expect(texts).toEqual([
      'the daemon of node 1 cannot be reached: the connection was closed',
      'the machine of node 1 cannot be reached: no route',
      'the machine of node 1 can be reached again',
      'the daemon of node 1 cannot be reached: the connection was closed',
      'the daemon of node 1 can be reached again',
    ])
    expect(watch.node(1).blind).toBeUndefined()
  })

  it('may be all of it', () => {
    const watch = new Watch()
    const all = { kind: 'blind', what: 'daemon', why: 'no route', atMs: at(1), retryAtMs: at(2) } as const
    expect(watch.tracker.observe(all)).toMatchObject([{ text: 'no node can be reached: no route', pnns: [] }])
    expect(watch.tracker.state.blind).toEqual({ why: 'no route', sinceMs: at(1), retryAtMs: at(2) })
    expect(watch.tracker.observe({ kind: 'sighted', what: 'daemon', atMs: at(3) })).toMatchObject([
      { text: 'a node can be reached again', awayMs: 2_000 },
    ])
    expect(watch.tracker.state.blind).toBeUndefined()
  })
})

describe('the findings of audits', () => {
  it('appear and disappear, each reported once', () => {
    const owner = ownerIn(calm, '10.0.0.1')
    const broken = held(calm, owner, '10.0.0.1', false)
    const report = (snapshot: Snapshot) => auditSamples([snapshot, snapshot])
    const watch = new Watch()
    const audit = (second: number, snapshot: Snapshot) =>
      watch.tracker.observe({ kind: 'audited', atMs: at(second), report: report(snapshot) })
    expect(audit(1, calm)).toEqual([])
    const appeared = audit(2, broken).find(({ check }) => check === 'ip-missing')
    expect(appeared).toMatchObject({
      kind: 'finding',
      what: 'appeared',
      text: `node ${owner} claims 10.0.0.1, but its kernel does not have it`,
      tone: 'error',
      pnns: [owner],
      addresses: ['10.0.0.1'],
    })
    expect(watch.tracker.state.findings.map(({ id }) => id)).toContain('ip-missing')
    expect(audit(3, broken)).toEqual([])
    const cleared = audit(12, calm).find(({ check }) => check === 'ip-missing')
    expect(cleared).toMatchObject({ what: 'cleared', tone: 'good', awayMs: 10_000 })
    expect(watch.tracker.state.findings).toEqual([])
  })
})

describe('a sample that comes late', () => {
  const see = (watch: Watch, second: number) =>
    watch.tracker.observe({
      kind: 'seen',
      atMs: at(second),
      beganMs: at(second),
      snapshot: calm,
      heard: [0, 1, 2],
      everyMs: 2_000,
    })

  it('is reported as late, once while samples stay late', () => {
    const watch = new Watch()
    expect(see(watch, 2)).toEqual([])
    expect(see(watch, 4.9)).toEqual([])
    expect(see(watch, 12)).toMatchObject([
      { kind: 'connection', what: 'late', text: 'no sample for 7.1 s, though one is due every 2.0 s: changes were seen late' },
    ])
    expect(see(watch, 19)).toEqual([])
    expect(see(watch, 21)).toEqual([])
    expect(see(watch, 28)).toHaveLength(1)
  })

  it('is not, after a pause', () => {
    const watch = new Watch()
    expect(watch.see(60)).toEqual([])
  })
})

it('while no daemon answers, it is not known that there is no leader', () => {
  const watch = new Watch()
  const hung = withAll(calm, ({ pnn, host }) => ({
    known: undefined,
    runState: undefined,
    nodeMap: undefined,
    leaders: undefined,
    missing: [{ fact: 'everything', code: 'TIMEOUT', message: `node ${pnn} does not answer` }],
    host,
  }))
  watch.see(1, { ...hung, leader: { pnn: null, era: 'leader' } })
  expect(watch.tracker.state.leader).toBe(0)
})
