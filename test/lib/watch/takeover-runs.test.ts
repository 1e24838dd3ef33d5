import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { TimelineEntry } from '../../../src/lib/watch/timeline.ts'
import { Random } from '../../../src/sim/world/random.ts'
import { healthyCluster, ownerIn, withAll, withFacts } from '../../support/audit-cluster.ts'
import { SmallWorld } from '../../support/sim-world.ts'
import { at, cutOff, flagged, given, held, Watch } from '../../support/watch.ts'
import { WatchedWorld } from '../../support/watched-world.ts'

const calm = healthyCluster()
const LEADER = { by: 0, wantsAnswer: false }
const TOOL = { by: 0, wantsAnswer: true }

const causesOf = (entries: readonly TimelineEntry[], kind: TimelineEntry['kind']) =>
  entries.filter((each) => each.kind === kind).map(({ cause }) => cause)
const texts = (entries: readonly { readonly text: string }[]) => entries.map(({ text }) => text)

describe('a takeover run that daemons do not announce', () => {
  it("is recognized by the leader's requests to other nodes", () => {
    const watch = new Watch()
    watch.see(1, flagged(calm, 1, NODE_FLAG.DISABLED))
    const started = [1, 2].flatMap((pnn) => watch.disable(2 + pnn / 100, pnn, 60, LEADER))
    expect(started).toMatchObject([{ kind: 'takeover-run', what: 'started', atMs: at(2.01), cause: 'node 1 became DISABLED' }])
    expect(watch.tracker.state.takeoverRunSinceMs).toBe(at(2.01))
    const ended = [1, 2].flatMap((pnn) => watch.disable(3 + pnn / 100, pnn, 0, LEADER))
    expect(ended).toMatchObject([{ what: 'finished', text: 'the takeover run finished after 1.0 s' }])
    expect(watch.tracker.state.takeoverRunSinceMs).toBeUndefined()
  })

  it('may directly follow another', () => {
    const watch = new Watch()
    const runs = [1, 1.5, 2].flatMap((second) =>
      [60, 0].flatMap((seconds) => [1, 2].flatMap((pnn) => watch.disable(second + (60 - seconds) / 500, pnn, seconds, LEADER))),
    )
    expect(runs.map(({ what }) => what)).toEqual(['started', 'finished', 'started', 'finished', 'started', 'finished'])
  })

  it('ends with its time limit if no end is heard', () => {
    const watch = new Watch()
    watch.disable(1, 1, 60, LEADER)
    expect(watch.see(62)).toMatchObject([{ what: 'unfinished', tone: 'warning' }])
    expect(watch.tracker.state.takeoverRunSinceMs).toBeUndefined()
  })

  it('whose end alone is heard, after connecting in the middle', () => {
    const watch = new Watch()
    expect(texts([1, 2].flatMap((pnn) => watch.disable(1, pnn, 0, LEADER)))).toEqual(['the takeover run finished'])
  })
})

it('no takeover run is reported when daemons report only an end, as after moveip', () => {
  const watch = new Watch()
  const asked = [20, 0].flatMap((seconds) => [0, 1, 2].flatMap((pnn) => watch.disable(2 - seconds / 20, pnn, seconds, TOOL)))
  expect(asked.map(({ what }) => what)).toEqual(['disabled', 'enabled'])
  expect([0, 1, 2].flatMap((pnn) => watch.tell(2.1, pnn, 'IPREALLOCATED'))).toEqual([])
  // Nor where nothing is heard of what the tool asks of the others.
  expect([0, 1, 2].flatMap((pnn) => watch.tell(9, pnn, 'IPREALLOCATED'))).toEqual([])
})

it('a takeover run that is heard of in both ways is reported once, in whatever order three nodes report it', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = new Random(seed)
    const watch = new Watch()
    const hasOwnStart = random.percent(50)
    const tellAll = (second: number, own: 'START_IPREALLOCATE' | 'IPREALLOCATED', seconds: number) => {
      const asked = [1, 2].map((pnn) => () => watch.disable(second, pnn, seconds, LEADER))
      const told = own === 'IPREALLOCATED' || hasOwnStart ? [0, 1, 2].map((pnn) => () => watch.tell(second, pnn, own)) : []
      const left = [...asked, ...told]
      return Array.from({ length: left.length }, () => left.splice(random.between(0, left.length - 1), 1)[0]?.() ?? []).flat()
    }
    const words = [1, 2, 3].flatMap((second) => [
      ...tellAll(second, 'START_IPREALLOCATE', 60),
      ...tellAll(second + 0.5, 'IPREALLOCATED', 0),
    ])
    const run = ['a takeover run started', 'the takeover run finished after 500 ms']
    expect(texts(words), `seed ${seed}`).toEqual([...run, ...run, ...run])
  }
})

it('each takeover run of an embedded cluster is reported once, however late its messages arrive', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const small = new SmallWorld({ seed }).comeUp()
    const watch = new WatchedWorld(small, new Random(seed))
    watch.look()
    const [before, since] = [small.runs.length, watch.timeline.length]
    for (const line of ['disable 1', 'run', 'enable 1', 'run']) {
      small.do(line)
      watch.pass(3_000)
    }
    watch.hearAll()
    const words = small.runs.slice(before).map((run) => (run.startsWith('start') ? 'started' : 'finished'))
    const told = watch.timeline.slice(since).filter(({ kind }) => kind === 'takeover-run')
    expect(words.length).toBeGreaterThanOrEqual(4)
    expect(
      told.map(({ what }) => what),
      `seed ${seed}`,
    ).toEqual(words)
  }
})

describe('disabled takeover runs', () => {
  it('are reported once each, with the duration and the node', () => {
    const watch = new Watch()
    const ask = (second: number, seconds: number) => [0, 1, 2].flatMap((pnn) => watch.disable(second, pnn, seconds, TOOL))
    const entries = [...ask(1, 20), ...ask(2.2, 0), ...ask(2.5, 20), ...ask(2.8, 0)]
    expect(texts(entries)).toEqual([
      'node 0 disabled takeover runs for 20 s',
      'takeover runs are enabled again after 1.2 s',
      'node 0 disabled takeover runs for 20 s',
      'takeover runs are enabled again after 300 ms',
    ])
    expect(entries.map(({ kind, what, pnns }) => [kind, what, pnns])).toContainEqual(['takeover-run', 'disabled', [0]])
    expect(watch.tracker.state.takeoverRunSinceMs).toBeUndefined()
  })

  it('that a tool disables for as long as a run would, waiting for the answer, are not a run', () => {
    expect(new Watch().disable(1, 1, 60, TOOL)).toMatchObject([{ what: 'disabled' }])
  })

  it('are enabled again by themselves', () => {
    const watch = new Watch()
    watch.disable(1, 0, 20, TOOL)
    expect(watch.see(20.9)).toEqual([])
    expect(watch.see(25)).toMatchObject([
      { what: 'enabled', atMs: at(21), text: 'takeover runs are enabled again: the 20 s are over' },
    ])
    expect(watch.disable(26, 0, 0, TOOL)).toEqual([])
  })

  it('are not disabled again by a message that reaches another node late', () => {
    const watch = new Watch()
    watch.disable(1, 0, 20, TOOL)
    expect(watch.disable(1.5, 0, 0, TOOL)).toHaveLength(1)
    expect([...watch.disable(1.6, 1, 20, TOOL), ...watch.disable(1.7, 1, 0, TOOL)]).toEqual([])
  })
})

describe('what is reported together', () => {
  const ADDRESS = '10.0.0.1'
  const owner = ownerIn(calm, ADDRESS) ?? -1
  const other = (owner + 1) % 3

  it('has the change of a node before the moves that it causes, with ids that rise by one', () => {
    const watch = new Watch()
    const entries = watch.see(1, given(flagged(calm, owner, NODE_FLAG.DISABLED), ADDRESS, other))
    expect(entries.map(({ kind }) => kind)).toEqual(['health', 'address'])
    expect(entries[1]).toMatchObject({ what: 'moved', cause: `node ${owner} became DISABLED` })
    expect(entries.map(({ id }) => id)).toEqual([2, 3])
  })

  it('has everything that kernels lost before the takeover run that restores it', () => {
    const lost = calm.nodes.flatMap(({ known = [] }) => known.filter((each) => each.owner === owner))
    const addresses = [...new Set(lost.map(({ address }) => address))]
    const watch = new Watch()
    watch.see(
      1,
      addresses.reduce((snapshot, address) => held(snapshot, owner, address, false), calm),
    )
    watch.request(1.2, owner, owner)
    const entries = watch.disable(1.8, other, 60, { by: other, wantsAnswer: false })
    expect(entries.map(({ what, atMs }) => [what, atMs])).toEqual([
      ...addresses.map(() => ['missing', at(1)]),
      ['started', at(1.8)],
    ])
    expect(entries.at(-1)?.cause).toBe(`${addresses.join(' and ')} were missing in the kernel of node ${owner}`)
  })

  it('does not report an address as lost that a node is just taking', () => {
    const watch = new Watch()
    watch.see(1, held(given(calm, ADDRESS, other), other, ADDRESS, false))
    expect(watch.disable(1.2, other, 60, { by: other, wantsAnswer: false })).toMatchObject([{ what: 'started' }])
  })
})

describe('who asked for a takeover run', () => {
  const startedBy = (watch: Watch, second: number) => watch.disable(second, 1, 60, LEADER)[0]?.cause

  it('is told where nothing is known of why, once for all that receive the request', () => {
    const watch = new Watch()
    for (const [index, pnn] of [0, 1, 2].entries()) watch.request(1 + index / 50, pnn, 2)
    expect(startedBy(watch, 1.5)).toBe('node 2 asked for it')
    watch.disable(1.7, 1, 0, LEADER)
    watch.request(1.8, 2, 2)
    expect(startedBy(watch, 4)).toBe('node 2 asked for it')
    watch.disable(4.2, 1, 0, LEADER)
    expect(startedBy(watch, 5)).toBeUndefined()
  })

  it('is a tool where one waits for the answer', () => {
    const watch = new Watch()
    watch.request(1, 2, 2, true)
    expect(startedBy(watch, 1.5)).toBe('it was requested on node 2')
  })

  it('is not known of a request that is heard at the same time as the start', () => {
    const watch = new Watch()
    watch.request(1, 2, 2)
    expect(startedBy(watch, 1.05)).toBeUndefined()
  })

  it('does not matter during a recovery, which has a run of its own', () => {
    const watch = new Watch()
    watch.see(
      1,
      withAll(calm, () => ({ recoveryMode: 1 })),
    )
    watch.request(1.2, 2, 2)
    expect(startedBy(watch, 2)).toBe('it is part of a recovery')
  })

  it('is known although a node is in recovery mode because it does not hear the leader', () => {
    const watch = new Watch()
    watch.see(
      1,
      withFacts(calm, 1, () => ({ recoveryMode: 1 })),
    )
    watch.request(1.2, 2, 2)
    expect(startedBy(watch, 2)).toBe('node 2 asked for it')
  })

  it('is not a recovery because a part of the cluster without a leader is in recovery mode', () => {
    const watch = new Watch()
    const part = withAll(cutOff(calm, 0), ({ nodeMap }) => (nodeMap ? { recoveryMode: 1, leaders: [] } : {}))
    watch.see(1, { ...part, askedNode: 1, leader: { pnn: null, era: 'leader' } })
    expect(startedBy(watch, 2)).toBeUndefined()
  })

  it('is not a node whose request of long ago reaches one that did not answer', () => {
    const watch = new Watch()
    watch.request(1, 0, 2)
    expect(startedBy(watch, 2)).toBeUndefined()
    watch.disable(2.2, 1, 0, LEADER)
    watch.heard = [0, 1]
    watch.see(3)
    watch.request(4, 0, 2)
    expect(startedBy(watch, 5)).toBe('node 2 asked for it')
  })

  it('is not known where a lost packet may have made the start late, or the request reached a node only just now', () => {
    const watch = new Watch()
    watch.request(1, 2, 2)
    expect(startedBy(watch, 1.3)).toBeUndefined()
    watch.disable(1.5, 1, 0, LEADER)
    watch.request(2, 2, 2)
    watch.request(2.9, 0, 2)
    expect(startedBy(watch, 3)).toBeUndefined()
  })
})

it('a change that may have had its takeover run explains no later one', () => {
  const watch = new Watch()
  watch.see(1)
  watch.disable(1.5, 2, 60, LEADER)
  watch.disable(1.7, 2, 0, LEADER)
  watch.see(2, flagged(calm, 1, NODE_FLAG.DISABLED))
  expect(causesOf(watch.disable(3, 2, 60, LEADER), 'takeover-run')).toEqual([undefined])
  watch.disable(3.2, 2, 0, LEADER)
  watch.see(4)
  watch.see(5, calm)
  expect(causesOf(watch.disable(5.5, 2, 60, LEADER), 'takeover-run')).toEqual(['node 1 became OK'])
})

describe('a cause', () => {
  it('is a fault made here only until its effect is seen', () => {
    const crash = { kind: 'done', atMs: at(1), text: 'crash 1', isFault: true, pnns: [1], addresses: [] } as const
    const watch = new Watch()
    watch.tracker.observe(crash)
    expect(watch.disable(2, 2, 60, LEADER)).toMatchObject([{ cause: 'fault injected here: crash 1' }])
    watch.disable(3, 2, 0, LEADER)
    watch.see(3.5)
    const changed = flagged(calm, 1, NODE_FLAG.DISCONNECTED)
    expect(watch.see(4, changed)).toMatchObject([{ kind: 'health', cause: 'fault injected here: crash 1' }])
    expect(watch.disable(5, 2, 60, LEADER)).toMatchObject([{ cause: 'node 1 became DISCONNECTED|INACTIVE' }])
  })

  it('is an action of this watch before anything else', () => {
    const watch = new Watch()
    watch.see(1, flagged(calm, 1, NODE_FLAG.DISABLED))
    watch.do(2, { text: 'takeover run', does: 'takeover-run' })
    expect(watch.disable(2.1, 2, 60, LEADER)).toMatchObject([{ cause: 'requested here: takeover run' }])
  })

  it('is the newest of several: what came after the action, and faults made after that', () => {
    const watch = new Watch()
    watch.do(1, { text: 'takeover run', does: 'takeover-run' })
    watch.see(2, flagged(calm, 1, NODE_FLAG.DISABLED))
    expect(watch.disable(3, 2, 60, LEADER)).toMatchObject([{ cause: 'node 1 became DISABLED' }])
    watch.disable(4, 2, 0, LEADER)
    watch.do(5, { text: 'kill 2', isFault: true, pnns: [2] })
    expect(watch.disable(6, 2, 60, LEADER)).toMatchObject([{ cause: 'fault injected here: kill 2' }])
  })

  it('is the action where a node has the requested state', () => {
    const watch = new Watch()
    watch.do(1, { text: 'disable node 1', does: 'disable', pnns: [1] })
    const disabled = flagged(calm, 1, NODE_FLAG.DISABLED)
    expect(watch.see(2, disabled)).toMatchObject([{ kind: 'health', cause: 'requested here: disable node 1' }])
    expect(watch.disable(3, 2, 60, LEADER)).toMatchObject([{ cause: 'requested here: disable node 1' }])
  })

  it('is not an action of this watch where that cannot be the cause: a link, the health, the kernel', () => {
    const watch = new Watch()
    watch.do(1, { text: 'takeover run', does: 'takeover-run' })
    watch.do(1.5, { text: 'disable node 1', does: 'disable', pnns: [1] })
    const down = withFacts(calm, 1, () => ({ interfaces: [{ name: 'eth1', linkUp: false, references: 2 }] }))
    expect(causesOf(watch.see(2, down), 'link')).toEqual([undefined])
    const ill = held(flagged(calm, 2, NODE_FLAG.UNHEALTHY), ownerIn(calm, '10.0.0.1'), '10.0.0.1', false)
    expect(causesOf(watch.see(3, ill), 'health')).toEqual([undefined])
    expect(causesOf(watch.see(4), 'kernel')).toEqual([undefined])
  })
})
