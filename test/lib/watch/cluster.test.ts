import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { beginStory, Chronicle } from '../../../src/lib/watch/observe.ts'
import { healthyCluster, ownerIn, withFacts } from '../../support/audit-cluster.ts'
import { at, cutOff, flagged, held, Watch } from '../../support/watch.ts'

const calm = healthyCluster()
const ledBy = (snapshot: Snapshot, pnn: number | null): Snapshot => ({ ...snapshot, leader: { pnn, era: 'leader' } })

describe('a watch that begins', () => {
  it('has an empty story, and after the first look one entry', () => {
    const chronicle = new Chronicle(10)
    expect(chronicle.story).toEqual(beginStory())
    const entries = chronicle.observe({ kind: 'seen', atMs: at(0), beganMs: at(0), snapshot: calm, heard: [0, 1, 2] })
    expect(entries).toMatchObject([
      { id: 10, kind: 'connection', what: 'began', text: 'watching 3 nodes and 6 addresses; node 0 leads', atMs: at(0) },
    ])
    const { nodes, addresses, leader, seenAtMs } = chronicle.story
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

  it('keeps what was told before the first look', () => {
    const chronicle = new Chronicle()
    const [taken] = chronicle.observe({ kind: 'told', atMs: at(0), pnn: 1, event: 'TAKE_IP', address: '10.0.0.1' })
    expect(taken).toMatchObject({ what: 'taken', to: 1 })
    chronicle.observe({ kind: 'seen', atMs: at(1), beganMs: at(0.5), snapshot: calm })
    expect(chronicle.story.addresses[0]?.owner).toBe(ownerIn(calm, '10.0.0.1'))
  })

  it('keeps all objects of the story that do not change', () => {
    const watch = new Watch()
    const { nodes, addresses } = watch.chronicle.story
    watch.see(1, structuredClone(calm))
    expect(watch.chronicle.story.nodes).toBe(nodes)
    expect(watch.chronicle.story.addresses).toBe(addresses)
    const owner = ownerIn(calm, '10.0.0.1')
    watch.tell(2, owner, 'RELEASE_IP', '10.0.0.1')
    const now = watch.chronicle.story
    expect(now.addresses.filter((each, index) => each !== addresses[index]).map(({ address }) => address)).toEqual(['10.0.0.1'])
    expect(now.nodes.filter((each, index) => each !== nodes[index]).map(({ pnn }) => pnn)).toEqual([owner])
  })
})

describe('a node', () => {
  it('that changes is told of as ctdb names it, with how long it was so', () => {
    const watch = new Watch()
    expect(watch.see(1, flagged(calm, 1, NODE_FLAG.UNHEALTHY))).toMatchObject([
      { kind: 'health', what: 'unhealthy', text: 'node 1 became UNHEALTHY; it was OK', tone: 'error', pnns: [1] },
    ])
    expect(watch.node(1)).toMatchObject({ flags: NODE_FLAG.UNHEALTHY, sinceMs: at(1) })
    expect(watch.see(4, calm)).toMatchObject([
      { what: 'healthy', text: 'node 1 became OK; it was UNHEALTHY for 3.0 s', tone: 'good', awayMs: 3_000 },
    ])
  })

  it('that becomes unhealthy with its link, and healthy with it', () => {
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
    expect(texts[0]).toBe('node 2 (10.9.0.3) is new, and is OK')
    expect(texts).toContain('node 2 knows 10.0.0.1, 10.0.0.2 and 4 more now')
    const deleted = flagged(three, 2, NODE_FLAG.DELETED | NODE_FLAG.DISCONNECTED)
    const gone = watch.see(2, { ...deleted, nodes: deleted.nodes.filter(({ pnn }) => pnn !== 2) })
    expect(gone[0]?.text).toBe('node 2 (10.9.0.3) is no part of the cluster any more')
    expect(watch.chronicle.story.nodes.map(({ pnn }) => pnn)).toEqual([0, 1])
    expect(
      watch.chronicle.story.addresses.flatMap(({ knownBy, claims, heldBy }) => [...knownBy, ...claims, ...heldBy]),
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
  it('is told of once, whether heard or seen, and a look that was under way does not bring the old one back', () => {
    const watch = new Watch()
    const heard = watch.chronicle.observe({ kind: 'leader', atMs: at(2), pnn: 1, toldBy: 1 })
    expect(heard).toMatchObject([
      { kind: 'leader', what: 'changed', text: 'node 1 leads now; before it was node 0', pnns: [0, 1] },
    ])
    expect(watch.see(2.5, calm, 1.9)).toEqual([])
    expect(watch.see(4, ledBy(calm, 1))).toEqual([])
    expect(watch.chronicle.story.leader).toBe(1)
    expect(watch.node(1).isLeader).toBe(true)
  })

  it('may be nobody for a while, and it is known why', () => {
    const watch = new Watch()
    const entries = watch.see(1, ledBy(cutOff(calm, 0), null)).filter(({ kind }) => kind === 'leader')
    const cause = 'node 0 became DISCONNECTED|INACTIVE'
    expect(entries).toMatchObject([{ what: 'lost', text: 'nobody leads any more; before it was node 0', cause }])
    expect(watch.see(3, ledBy(cutOff(calm, 0), 2))).toMatchObject([
      { what: 'changed', text: 'node 2 leads now; before it was node 0', awayMs: 2_000 },
    ])
  })
})

describe('a takeover run', () => {
  it('is told of twice, however many nodes tell of it, and why it was', () => {
    const watch = new Watch()
    watch.see(1, flagged(calm, 1, NODE_FLAG.DISABLED))
    const started = [0, 1, 2].flatMap((pnn) => watch.tell(2 + pnn / 100, pnn, 'START_IPREALLOCATE'))
    expect(started).toMatchObject([{ kind: 'takeover-run', what: 'started', cause: 'node 1 became DISABLED' }])
    expect(watch.chronicle.story.takeoverRunSinceMs).toBe(at(2))
    const ended = [0, 1, 2].flatMap((pnn) => watch.tell(3.5 + pnn / 100, pnn, 'IPREALLOCATED'))
    expect(ended).toMatchObject([{ what: 'finished', text: 'the takeover run finished after 1.5 s' }])
    expect(watch.chronicle.story.takeoverRunSinceMs).toBeUndefined()
    expect(watch.tell(5, 0, 'START_IPREALLOCATE')).toMatchObject([{ what: 'started' }])
  })

  it('of which no start is heard, as daemons before 4.21 do not tell it', () => {
    const watch = new Watch()
    const ended = [0, 1, 2].flatMap((pnn) => watch.tell(3 + pnn / 100, pnn, 'IPREALLOCATED'))
    expect(ended.map(({ text }) => text)).toEqual(['the takeover run finished'])
    expect(watch.tell(4, 0, 'IPREALLOCATED')).toHaveLength(1)
  })

  it('of which no end is heard is not under way for ever', () => {
    const watch = new Watch()
    watch.tell(1, 0, 'START_IPREALLOCATE')
    expect(watch.tell(10, 0, 'START_IPREALLOCATE').map(({ text }) => text)).toEqual([
      'another takeover run started; of the last no end was heard',
    ])
    expect(watch.see(71)).toMatchObject([{ what: 'unfinished', tone: 'warning' }])
    expect(watch.chronicle.story.takeoverRunSinceMs).toBeUndefined()
  })
})

describe('a recovery', () => {
  const inMode = (recoveryMode: number, generation: number) =>
    withFacts(
      withFacts(calm, 0, ({ vnnMap }) => ({ vnnMap: { map: vnnMap?.map ?? [], generation } })),
      1,
      () => ({ recoveryMode }),
    )

  it('that is seen, and whose end is told by every node', () => {
    const watch = new Watch()
    expect(watch.see(1, inMode(1, 712_345))).toMatchObject([{ kind: 'recovery', what: 'started', pnns: [1] }])
    expect(watch.chronicle.story.recoverySinceMs).toBe(at(1))
    const told = [0, 1, 2].flatMap((pnn) => watch.tell(2 + pnn / 100, pnn, 'RECONFIGURE'))
    expect(told).toMatchObject([{ what: 'finished', text: 'a recovery finished', awayMs: 1_000 }])
    expect(watch.see(3, inMode(0, 5_555))).toEqual([])
    expect(watch.chronicle.story.recoverySinceMs).toBeUndefined()
  })

  it('is none that a node stays in by itself, as it is stopped or banned', () => {
    const watch = new Watch()
    for (const flag of [NODE_FLAG.STOPPED, NODE_FLAG.BANNED]) {
      expect(watch.see(1, flagged(inMode(1, 712_345), 1, flag)).map(({ kind }) => kind)).not.toContain('recovery')
      expect(watch.chronicle.story.recoverySinceMs).toBeUndefined()
    }
  })

  it('that took place between two looks, and of which nothing was heard', () => {
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

  it('that is over in the next look, though nothing was heard', () => {
    const watch = new Watch()
    watch.see(1, inMode(1, 712_345))
    expect(watch.see(3, inMode(0, 5_555))).toMatchObject([{ text: 'the recovery finished', awayMs: 2_000 }])
  })

  it('that is told after a look has shown it', () => {
    const watch = new Watch()
    watch.see(2, inMode(0, 5_555))
    expect(watch.tell(2.1, 0, 'RECONFIGURE')).toEqual([])
  })
})

describe('an action', () => {
  const begun = { kind: 'done', stage: 'begun', text: 'disable node 1', does: 'disable', pnns: [1], addresses: [] } as const
  const disabled = flagged(calm, 1, NODE_FLAG.DISABLED)

  it('is told when it is begun, and with the time that it took when it has ended', () => {
    const watch = new Watch()
    expect(watch.chronicle.observe({ ...begun, atMs: at(1) })).toMatchObject([
      { kind: 'action', what: 'begun', text: 'disable node 1', tone: 'plain', pnns: [1] },
    ])
    const ended = { ...begun, atMs: at(4), begunMs: at(1), text: 'node 1 is disabled' } as const
    expect(watch.chronicle.observe({ ...ended, stage: 'done' })).toMatchObject([
      { kind: 'action', what: 'done', text: 'node 1 is disabled', tone: 'good', awayMs: 3_000 },
    ])
    expect(watch.see(5, disabled)).toMatchObject([{ kind: 'health', cause: 'asked for here: disable node 1' }])
  })

  it('is no cause of anything once it has failed', () => {
    const watch = new Watch()
    watch.chronicle.observe({ ...begun, atMs: at(1) })
    const failed = { ...begun, stage: 'failed', atMs: at(2), begunMs: at(1), text: 'disable node 1: no answer' } as const
    expect(watch.chronicle.observe(failed)).toMatchObject([{ what: 'failed', tone: 'error', awayMs: 1_000 }])
    const [entry] = watch.see(3, disabled)
    expect(entry).toMatchObject({ kind: 'health', what: 'disabled' })
    expect(entry?.cause).toBeUndefined()
  })
})

describe('what cannot be reached', () => {
  const blind = { kind: 'blind', pnn: 1, what: 'daemon', why: 'the connection was closed' } as const

  it('is told of once, however often it is tried again, and when it is back', () => {
    const watch = new Watch()
    expect(watch.chronicle.observe({ ...blind, atMs: at(1), retryAtMs: at(2) })).toMatchObject([
      { kind: 'connection', what: 'blind', text: 'the daemon of node 1 cannot be reached: the connection was closed' },
    ])
    expect(watch.chronicle.observe({ ...blind, atMs: at(2), retryAtMs: at(4), why: 'refused' })).toEqual([])
    expect(watch.node(1)).toMatchObject({ heard: false, blind: { why: 'refused', sinceMs: at(1), retryAtMs: at(4) } })
    const sighted = { kind: 'sighted', pnn: 1, what: 'daemon', atMs: at(5) } as const
    expect(watch.chronicle.observe(sighted)).toMatchObject([
      { what: 'sighted', text: 'the daemon of node 1 can be reached again', awayMs: 4_000, tone: 'good' },
    ])
    expect(watch.chronicle.observe(sighted)).toEqual([])
    expect(watch.node(1)).toMatchObject({ heard: false, blind: undefined })
    watch.see(6)
    expect(watch.node(1)).toMatchObject({ heard: true, blind: undefined })
  })

  it('is not heard when it is back, where it is asked by way of another node only', () => {
    const watch = new Watch()
    watch.heard = [0]
    watch.see(1)
    expect([0, 1].map((pnn) => watch.node(pnn).heard)).toEqual([true, false])
    watch.chronicle.observe({ ...blind, atMs: at(2), retryAtMs: at(3) })
    watch.chronicle.observe({ kind: 'sighted', pnn: 1, what: 'daemon', atMs: at(4) })
    watch.see(5)
    expect(watch.node(1)).toMatchObject({ answers: true, heard: false })
  })

  it('may be the machine, and then only its daemon', () => {
    const watch = new Watch()
    const texts = [
      ...watch.chronicle.observe({ ...blind, atMs: at(1), retryAtMs: at(2) }),
      ...watch.chronicle.observe({ ...blind, what: 'host', atMs: at(2), retryAtMs: at(4), why: 'no route' }),
      ...watch.chronicle.observe({ kind: 'sighted', pnn: 1, what: 'host', atMs: at(4) }),
      ...watch.chronicle.observe({ ...blind, atMs: at(4), retryAtMs: at(5) }),
      ...watch.chronicle.observe({ kind: 'sighted', pnn: 1, what: 'daemon', atMs: at(5) }),
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
    expect(watch.chronicle.observe(all)).toMatchObject([{ text: 'nothing is seen of the cluster: no route', pnns: [] }])
    expect(watch.chronicle.story.blind).toEqual({ why: 'no route', sinceMs: at(1), retryAtMs: at(2) })
    expect(watch.chronicle.observe({ kind: 'sighted', what: 'daemon', atMs: at(3) })).toMatchObject([
      { text: 'a node can be reached again', awayMs: 2_000 },
    ])
    expect(watch.chronicle.story.blind).toBeUndefined()
  })
})

describe('the findings of audits', () => {
  it('appear, and are gone, each told once', () => {
    const owner = ownerIn(calm, '10.0.0.1')
    const broken = held(calm, owner, '10.0.0.1', false)
    const report = (snapshot: Snapshot) => auditSamples([snapshot, snapshot])
    const watch = new Watch()
    const audit = (second: number, snapshot: Snapshot) =>
      watch.chronicle.observe({ kind: 'audited', atMs: at(second), report: report(snapshot) })
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
    expect(watch.chronicle.story.findings.map(({ id }) => id)).toContain('ip-missing')
    expect(audit(3, broken)).toEqual([])
    const cleared = audit(12, calm).find(({ check }) => check === 'ip-missing')
    expect(cleared).toMatchObject({ what: 'cleared', tone: 'good', awayMs: 10_000 })
    expect(watch.chronicle.story.findings).toEqual([])
  })
})
