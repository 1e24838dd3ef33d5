import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { healthyCluster, ownerIn, withAll, withFacts } from '../../support/audit-cluster.ts'
import { at, cutOff, flagged, given, held, Watch } from '../../support/watch.ts'

const ADDRESS = '10.0.0.1'
const calm = healthyCluster()
const owner = ownerIn(calm, ADDRESS)
const [other = -1, third = -1] = [0, 1, 2].filter((pnn) => pnn !== owner)

describe('an address that one node reports as released and another as taken', () => {
  it('is released, on no node, and moved, with the time that it was away', () => {
    const watch = new Watch()
    expect(watch.tell(1, owner, 'RELEASE_IP', ADDRESS)).toMatchObject([
      { what: 'released', text: `node ${owner} released ${ADDRESS}`, from: owner, to: null, atMs: at(1), tone: 'warning' },
    ])
    expect(watch.address(ADDRESS)).toMatchObject({ owner: null, kernel: 'none', awaySinceMs: at(1), previousOwner: owner })
    expect(watch.tell(1.25, other, 'TAKE_IP', ADDRESS)).toMatchObject([
      { what: 'moved', text: `${ADDRESS} moved from node ${owner} to node ${other}`, from: owner, to: other, awayMs: 250 },
    ])
    expect(watch.address(ADDRESS)).toMatchObject({
      owner: other,
      claims: [other],
      kernel: 'held',
      sinceMs: at(1.25),
      awaySinceMs: null,
    })
    expect(watch.node(other).owns - watch.node(owner).owns).toBe(2)
  })

  it('is not reported again by a poll that shows the same', () => {
    const watch = new Watch()
    watch.tell(1, owner, 'RELEASE_IP', ADDRESS)
    watch.tell(1.25, other, 'TAKE_IP', ADDRESS)
    expect(watch.see(2, given(calm, ADDRESS, other))).toEqual([])
  })

  it('stays where it was reported, even if a poll in progress shows otherwise', () => {
    const watch = new Watch()
    watch.tell(1, owner, 'RELEASE_IP', ADDRESS)
    watch.tell(1.25, other, 'TAKE_IP', ADDRESS)
    expect(watch.see(2, calm, 0.9)).toEqual([])
    expect(watch.address(ADDRESS)).toMatchObject({ owner: other, kernel: 'held' })
    expect(watch.see(3, given(calm, ADDRESS, other))).toEqual([])
    expect(watch.address(ADDRESS)).toMatchObject({ owner: other, kernel: 'held' })
  })

  it('may be released by one that does not own it', () => {
    const watch = new Watch()
    expect(watch.tell(1, third, 'RELEASE_IP', ADDRESS)).toMatchObject([
      { text: `node ${third} released ${ADDRESS}, which node ${owner} owns`, from: owner, to: owner, pnns: [owner, third] },
    ])
    expect(watch.address(ADDRESS)).toMatchObject({ owner, kernel: 'held', awaySinceMs: null })
  })

  it('is where a poll shows it when the clock was set back in between', () => {
    const watch = new Watch()
    watch.tell(7_200, owner, 'RELEASE_IP', ADDRESS)
    watch.see(2)
    expect(watch.address(ADDRESS).owner).toBe(owner)
  })

  it('is reported once when a poll was faster than the events', () => {
    const watch = new Watch()
    expect(watch.see(1, given(calm, ADDRESS, other))).toMatchObject([{ what: 'moved', from: owner, to: other }])
    expect(watch.tell(1.1, owner, 'RELEASE_IP', ADDRESS)).toEqual([])
    expect(watch.tell(1.2, other, 'TAKE_IP', ADDRESS)).toEqual([])
    expect(watch.address(ADDRESS)).toMatchObject({ owner: other, claims: [other] })
  })

  it('is in the timeline even if it comes back before the next poll', () => {
    const watch = new Watch()
    const told = [...watch.tell(1, owner, 'RELEASE_IP', ADDRESS), ...watch.tell(1.5, owner, 'TAKE_IP', ADDRESS)]
    expect(told.map(({ text }) => text)).toEqual([`node ${owner} released ${ADDRESS}`, `node ${owner} took ${ADDRESS} again`])
    expect(watch.see(2)).toEqual([])
    expect(watch.address(ADDRESS)).toMatchObject({ owner, sinceMs: at(1.5) })
  })

  it('may be taken before its release is heard of; the move includes the release then', () => {
    const watch = new Watch()
    const told = [...watch.tell(1, other, 'TAKE_IP', ADDRESS), ...watch.tell(1.05, owner, 'RELEASE_IP', ADDRESS)]
    expect(told.map(({ text }) => text)).toEqual([`${ADDRESS} moved from node ${owner} to node ${other}`])
    expect(watch.address(ADDRESS)).toMatchObject({ owner: other, claims: [other] })
  })
})

describe('why an address moved', () => {
  const movedAfter = (watch: Watch, second: number) => {
    const [released] = watch.tell(second, owner, 'RELEASE_IP', ADDRESS)
    const [moved] = watch.tell(second + 0.2, other, 'TAKE_IP', ADDRESS)
    return { released: released?.cause, moved: moved?.cause }
  }

  it('is that its node could not host it any more', () => {
    const watch = new Watch()
    watch.see(1, flagged(calm, owner, NODE_FLAG.DISABLED))
    expect(movedAfter(watch, 2)).toEqual({ released: `node ${owner} became DISABLED`, moved: `node ${owner} became DISABLED` })
  })

  it('is that its link went down', () => {
    const watch = new Watch()
    const down = withFacts(calm, owner, () => ({ interfaces: [{ name: 'eth1', linkUp: false, references: 2 }] }))
    expect(watch.see(1, down)).toMatchObject([{ kind: 'link', what: 'down', text: `link eth1 of node ${owner} went down` }])
    expect(movedAfter(watch, 2)).toEqual({
      released: `link eth1 of node ${owner} went down`,
      moved: `link eth1 of node ${owner} went down`,
    })
  })

  it('is failback to a node that became healthy recently', () => {
    const watch = new Watch(flagged(calm, other, NODE_FLAG.UNHEALTHY))
    watch.see(1, calm)
    expect(movedAfter(watch, 2)).toEqual({ released: undefined, moved: `failback: node ${other} became OK` })
    const late = new Watch(flagged(calm, other, NODE_FLAG.UNHEALTHY))
    late.see(1, calm)
    expect(movedAfter(late, 600)).toEqual({ released: undefined, moved: undefined })
  })

  it('is not failback to a node that was unhealthy only between two runs: it has lost nothing by that', () => {
    const watch = new Watch()
    watch.see(1, flagged(calm, other, NODE_FLAG.UNHEALTHY))
    watch.see(2, calm)
    expect(movedAfter(watch, 3)).toEqual({ released: undefined, moved: undefined })
  })

  it('is not failback when its last owner has not released it: that node may be dead', () => {
    const watch = new Watch(flagged(calm, other, NODE_FLAG.UNHEALTHY))
    watch.see(1, calm)
    const [moved] = watch.tell(2, other, 'TAKE_IP', ADDRESS)
    expect([moved?.from, moved?.cause]).toEqual([owner, undefined])
    expect(watch.see(3, given(cutOff(calm, owner), ADDRESS, other))).toContainEqual(
      expect.objectContaining({ text: `node ${owner} became DISCONNECTED|INACTIVE; it was OK; meanwhile ${ADDRESS} left it` }),
    )
  })

  it('is nothing that seems to come from the future, as after a clock was set back', () => {
    const watch = new Watch()
    watch.do(3_600, { text: 'disable node 0', does: 'disable', pnns: [owner] })
    expect(movedAfter(watch, 2)).toEqual({ released: undefined, moved: undefined })
  })

  it('is an action of this watch', () => {
    const watch = new Watch()
    expect(watch.do(1, { text: `move ${ADDRESS} to node ${other}`, does: 'move', addresses: [ADDRESS] })).toMatchObject([
      { kind: 'action', text: `move ${ADDRESS} to node ${other}` },
    ])
    expect(movedAfter(watch, 2).moved).toBe(`requested here: move ${ADDRESS} to node ${other}`)
  })

  it('is a move requested here, from a node that could not host it any more before', () => {
    const watch = new Watch()
    watch.see(1, flagged(calm, owner, NODE_FLAG.DISABLED))
    const text = `move ${ADDRESS} to node ${other}`
    watch.do(2, { text, does: 'move', addresses: [ADDRESS] })
    expect(movedAfter(watch, 3)).toEqual({ released: `requested here: ${text}`, moved: `requested here: ${text}` })
  })

  it('is a takeover run or a change of its nodes requested here, but no change of other nodes', () => {
    const causes = (does: 'takeover-run' | 'disable' | 'enable', pnns: readonly number[]) => {
      const watch = new Watch()
      watch.do(1, { text: does, does, pnns })
      return movedAfter(watch, 2)
    }
    const is = (cause: string | undefined) => cause && `requested here: ${cause}`
    expect(causes('takeover-run', [])).toEqual({ released: is('takeover-run'), moved: is('takeover-run') })
    expect(causes('disable', [owner])).toEqual({ released: is('disable'), moved: is('disable') })
    expect(causes('enable', [other])).toEqual({ released: undefined, moved: is('enable') })
    expect(causes('disable', [other])).toEqual({ released: undefined, moved: undefined })
    expect(causes('enable', [owner])).toEqual({ released: undefined, moved: undefined })
    expect(causes('disable', [third])).toEqual({ released: undefined, moved: undefined })
  })

  it('is the newer of a fault made here and an action requested here', () => {
    const fault = { text: `kill ${owner}`, isFault: true, pnns: [owner] }
    const run = { text: 'takeover run', does: 'takeover-run' } as const
    const watch = new Watch()
    watch.do(1, run)
    watch.do(1.5, fault)
    expect(movedAfter(watch, 2).released).toBe(`fault injected here: kill ${owner}`)
    const otherWay = new Watch()
    otherWay.do(1, fault)
    otherWay.do(1.5, run)
    expect(movedAfter(otherWay, 2).released).toBe('requested here: takeover run')
  })

  it('is failback, not a takeover run requested before the node recovered', () => {
    const watch = new Watch(flagged(calm, other, NODE_FLAG.UNHEALTHY))
    watch.do(1, { text: 'takeover run', does: 'takeover-run' })
    watch.see(8, calm)
    watch.tell(9, owner, 'RELEASE_IP', ADDRESS)
    expect(watch.tell(9.2, other, 'TAKE_IP', ADDRESS)).toMatchObject([{ cause: `failback: node ${other} became OK` }])
  })

  const saysItself = (flags: number) =>
    withFacts(calm, owner, ({ nodeMap = [] }) => ({
      nodeMap: nodeMap.map((node) => (node.pnn === owner ? { ...node, flags } : node)),
    }))

  it('is nothing that only the former owner knows of itself, if it has not released the address', () => {
    const watch = new Watch()
    watch.see(1, saysItself(NODE_FLAG.DISABLED))
    expect(watch.tell(2, other, 'TAKE_IP', ADDRESS)[0]?.cause).toBeUndefined()
  })

  it('is what a node says of itself, before others know it, and still that when it has passed', () => {
    const watch = new Watch()
    watch.see(1, saysItself(NODE_FLAG.BANNED))
    const cause = `node ${owner} became BANNED|INACTIVE`
    expect(watch.tell(1.1, owner, 'RELEASE_IP', ADDRESS)).toMatchObject([{ what: 'released', cause }])
    watch.see(4, given(flagged(calm, owner, NODE_FLAG.STOPPED), ADDRESS, null))
    expect(watch.tell(4.5, other, 'TAKE_IP', ADDRESS)).toMatchObject([{ what: 'moved', cause }])
  })

  it('is not how a node was before it took an address: it has recovered since', () => {
    const watch = new Watch(given(flagged(calm, owner, NODE_FLAG.UNHEALTHY), ADDRESS, other))
    watch.tell(1, other, 'RELEASE_IP', ADDRESS)
    watch.tell(1.1, owner, 'TAKE_IP', ADDRESS)
    // It may have answered before that.
    watch.see(1.5, given(flagged(calm, owner, NODE_FLAG.UNHEALTHY), ADDRESS, owner), 0.9)
    expect(movedAfter(watch, 2)).toEqual({ released: undefined, moved: undefined })
  })

  it('is not what the former owner became after a sample that showed it as it was', () => {
    const watch = new Watch()
    watch.tell(1, owner, 'RELEASE_IP', ADDRESS)
    watch.see(1.2, given(calm, ADDRESS, null))
    watch.see(1.6, given(flagged(calm, owner, NODE_FLAG.BANNED), ADDRESS, null))
    expect(watch.tell(1.8, other, 'TAKE_IP', ADDRESS)[0]?.cause).toBeUndefined()
  })

  it('is not what the former owner became only some time after it released the address', () => {
    const watch = new Watch()
    watch.tell(1, owner, 'RELEASE_IP', ADDRESS)
    watch.see(4, given(flagged(calm, owner, NODE_FLAG.STOPPED), ADDRESS, null), 1.1)
    const [moved] = watch.tell(4.2, other, 'TAKE_IP', ADDRESS)
    expect(moved?.cause).toBeUndefined()
    expect(moved?.text).toBe(
      `${ADDRESS} moved from node ${owner} to node ${other}; meanwhile node ${owner} became STOPPED|INACTIVE`,
    )
  })

  it('is no recovery of a node that others called unhealthy only after the address had come to it', () => {
    const moved = given(calm, ADDRESS, third)
    const misjudged = withFacts(flagged(moved, third, NODE_FLAG.UNHEALTHY), third, () => ({ nodeMap: calm.nodeMap }))
    const watch = new Watch()
    watch.tell(1, owner, 'RELEASE_IP', ADDRESS)
    watch.tell(1.1, third, 'TAKE_IP', ADDRESS)
    watch.see(2, moved)
    watch.see(3, misjudged)
    expect(watch.see(5, moved)).toMatchObject([{ kind: 'health', what: 'healthy', addresses: [] }])
  })

  it('is no recovery of a node that claimed it all the time, while another owned it', () => {
    const claimedBy = (snapshot: Snapshot, pnns: readonly number[]) =>
      withAll(snapshot, ({ pnn, known = [] }) => ({
        known: known.map((each) => (each.address === ADDRESS && pnns.includes(pnn) ? { ...each, owner: pnn } : each)),
      }))
    const ill = flagged(calm, other, NODE_FLAG.UNHEALTHY)
    const watch = new Watch()
    watch.see(1, claimedBy(ill, [owner, other]))
    watch.see(2, claimedBy(given(ill, ADDRESS, null), [other]))
    expect(watch.see(3, given(calm, ADDRESS, other)).map(({ text }) => text)).toContain(
      `node ${other} became OK; it was UNHEALTHY for 2.0 s`,
    )
  })

  it('is not given when nothing is known', () => {
    expect(movedAfter(new Watch(), 2)).toEqual({ released: undefined, moved: undefined })
  })

  it('is given with the node when that is seen only afterwards', () => {
    const watch = new Watch()
    movedAfter(watch, 2)
    expect(watch.see(3, given(flagged(calm, owner, NODE_FLAG.DISABLED), ADDRESS, other))).toMatchObject([
      {
        kind: 'health',
        what: 'disabled',
        text: `node ${owner} became DISABLED; it was OK; meanwhile ${ADDRESS} left it`,
        addresses: [ADDRESS],
      },
    ])
  })
})

it('a node that changes later has nothing to do with it', () => {
  const watch = new Watch()
  watch.tell(2, owner, 'RELEASE_IP', ADDRESS)
  watch.tell(2.2, other, 'TAKE_IP', ADDRESS)
  watch.see(6, given(calm, ADDRESS, other))
  expect(watch.see(9, given(flagged(calm, owner, NODE_FLAG.DISABLED), ADDRESS, other))).toMatchObject([
    { text: `node ${owner} became DISABLED; it was OK`, addresses: [] },
  ])
})

it('a node that was merely seen differently has nothing to do with a move of long ago', () => {
  const watch = new Watch()
  watch.tell(2, owner, 'RELEASE_IP', ADDRESS)
  watch.tell(2.2, other, 'TAKE_IP', ADDRESS)
  const moved = given(calm, ADDRESS, other)
  watch.see(6, moved)
  // The leader has just heard of it; the node itself has been healthy all the time.
  const led = withAll(moved, () => ({ leaders: [third] }))
  const { nodeMap } = flagged(moved, other, NODE_FLAG.UNHEALTHY)
  const asked = withFacts(led, third, () => ({ nodeMap }))
  watch.see(60, asked)
  expect(
    watch
      .see(61, moved)
      .filter(({ kind }) => kind === 'health')
      .map(({ text }) => text),
  ).toEqual([`node ${other} became OK; it was UNHEALTHY for 1.0 s`])
})

it('an address has not come to a node that had it while it did not answer', () => {
  const watch = new Watch()
  watch.see(1, cutOff(calm, owner))
  const back = watch.see(9, flagged(calm, owner, NODE_FLAG.UNHEALTHY))
  expect(back.find(({ addresses }) => addresses[0] === ADDRESS)).toMatchObject({
    what: 'taken',
    text: `node ${owner}, which answers again, owns ${ADDRESS}`,
  })
  expect(watch.see(10, calm).filter(({ kind }) => kind === 'health')).toMatchObject([
    { text: `node ${owner} became OK; it was UNHEALTHY for 1.0 s`, addresses: [] },
  ])
})

describe('what only polls show', () => {
  it('an address is lost with its node', () => {
    const watch = new Watch()
    const entries = watch.see(1, cutOff(calm, owner))
    expect(entries.find(({ addresses }) => addresses.includes(ADDRESS))).toMatchObject({
      what: 'lost',
      text: `no node owns ${ADDRESS} any more: node ${owner}, which did, is gone`,
      cause: `node ${owner} became DISCONNECTED|INACTIVE`,
      to: null,
      tone: 'error',
    })
    expect(watch.address(ADDRESS)).toMatchObject({ owner: null, awaySinceMs: at(1) })
  })

  it('an address is away from the time when its node became unreachable, however late a poll shows that it has no owner', () => {
    const watch = new Watch()
    watch.see(1)
    watch.tracker.observe({ kind: 'blind', atMs: at(2), pnn: owner, what: 'daemon', why: 'closed', retryAtMs: at(3) })
    watch.see(61, cutOff(calm, owner))
    expect(watch.address(ADDRESS).awaySinceMs).toBe(at(2))
    expect(watch.tell(62, other, 'TAKE_IP', ADDRESS)).toMatchObject([{ what: 'moved', awayMs: 60_000 }])
  })

  it('how long an address was away is not given if the last poll before was long ago', () => {
    const watch = new Watch()
    watch.see(201, cutOff(calm, owner))
    const [moved] = watch.tell(202, other, 'TAKE_IP', ADDRESS)
    expect([moved?.what, moved?.awayMs]).toEqual(['moved', undefined])
    const often = new Watch()
    often.see(59)
    often.see(61, cutOff(calm, owner))
    expect(often.tell(62, other, 'TAKE_IP', ADDRESS)).toMatchObject([{ what: 'moved', awayMs: 1_000 }])
  })

  it('an address of a node that other nodes can reach is away since a poll showed that, not since the node is blind', () => {
    const watch = new Watch()
    watch.tracker.observe({ kind: 'blind', atMs: at(2), pnn: owner, what: 'daemon', why: 'closed', retryAtMs: at(3) })
    watch.see(30)
    watch.see(32, cutOff(calm, owner))
    expect(watch.tell(33, other, 'TAKE_IP', ADDRESS)).toMatchObject([{ what: 'moved', awayMs: 1_000 }])
  })

  it('a node that does not answer once keeps its addresses', () => {
    const watch = new Watch()
    const silent = withFacts(calm, owner, () => ({ known: undefined, runState: undefined, nodeMap: undefined }))
    expect(watch.see(1, silent)).toEqual([])
    expect(watch.address(ADDRESS).owner).toBe(owner)
    expect(watch.node(owner)).toMatchObject({ answers: false })
  })

  it('two nodes that claim an address are reported when they do so in two polls', () => {
    const both = withFacts(calm, other, ({ known = [] }) => ({
      known: known.map((each) => (each.address === ADDRESS ? { ...each, owner: other } : each)),
    }))
    const watch = new Watch()
    expect(watch.see(1, both)).toEqual([])
    expect(watch.address(ADDRESS)).toMatchObject({ owner, claims: [owner, other].sort() })
    expect(watch.see(2, both)).toMatchObject([{ what: 'claimed', tone: 'error', from: owner, to: owner }])
    expect(watch.see(3, both)).toEqual([])
    expect(watch.see(4, calm)).toMatchObject([{ what: 'settled', awayMs: 3_000 }])
  })

  it('an address claimed by two nodes has moved when the first one releases it', () => {
    const both = withFacts(calm, other, ({ known = [] }) => ({
      known: known.map((each) => (each.address === ADDRESS ? { ...each, owner: other } : each)),
    }))
    const watch = new Watch()
    watch.see(1, both)
    watch.see(2, both)
    expect(watch.tell(3, owner, 'RELEASE_IP', ADDRESS)).toMatchObject([
      { what: 'moved', text: `${ADDRESS} moved from node ${owner} to node ${other}`, from: owner, to: other },
    ])
    expect(watch.address(ADDRESS)).toMatchObject({ owner: other, previousOwner: owner })
    expect(watch.tell(3.5, other, 'TAKE_IP', ADDRESS)).toEqual([])
  })

  it('an address that moves to another interface of its node', () => {
    const watch = new Watch()
    const elsewhere = withFacts(calm, owner, ({ known = [] }) => ({
      known: known.map((each) => (each.address === ADDRESS ? { ...each, activeInterface: 'eth2' } : each)),
    }))
    expect(watch.see(1, elsewhere)).toMatchObject([
      { what: 'interface', text: `${ADDRESS} moved from interface eth1 to eth2 on node ${owner}` },
    ])
    expect(watch.address(ADDRESS).interfaceName).toBe('eth2')
  })

  it('addresses that are new, and addresses that no node knows any more', () => {
    const added = [0, 1, 2].reduce(
      (snapshot, pnn) =>
        withFacts(snapshot, pnn, ({ known = [] }) => ({ known: [...known, { address: '10.0.0.99', owner: null }] })),
      calm,
    )
    const watch = new Watch()
    expect(watch.see(1, added).map(({ text }) => text)).toEqual(['nodes 0, 1 and 2 know 10.0.0.99 now'])
    expect(watch.address('10.0.0.99')).toMatchObject({ owner: null, knownBy: [0, 1, 2], awaySinceMs: at(1) })
    const [taken] = watch.tell(2, other, 'TAKE_IP', '10.0.0.99')
    expect(taken).toMatchObject({
      text: `node ${other} took 10.0.0.99`,
      cause: `after a reload, node ${other} knows it`,
    })
    // No kernel had it before.
    expect(taken?.awayMs).toBeUndefined()
    watch.tell(3, other, 'RELEASE_IP', '10.0.0.99')
    expect(watch.see(4, calm).map(({ text }) => text)).toEqual(['nodes 0, 1 and 2 do not know 10.0.0.99 any more'])
    watch.see(5)
    expect(watch.tracker.state.addresses.map(({ address }) => address)).not.toContain('10.0.0.99')
  })
})

describe('for how long no kernel had an address', () => {
  const bounds = (entry: { awayMs?: number; awayAtLeastMs?: number; awayAtMostMs?: number } | undefined) => [
    entry?.awayAtLeastMs,
    entry?.awayMs,
    entry?.awayAtMostMs,
  ]

  it('begins when its kernel lost it, which slow scripts tell later', () => {
    const watch = new Watch()
    watch.see(0.5)
    watch.see(1, held(calm, owner, ADDRESS, false))
    watch.tell(3, owner, 'RELEASE_IP', ADDRESS)
    watch.see(3.5, given(calm, ADDRESS, null))
    expect(bounds(watch.tell(4, other, 'TAKE_IP', ADDRESS)[0])).toEqual([2_500, 3_000, 3_500])
  })

  it('ends at the latest when the new kernel was seen to have it, however late that is told', () => {
    const watch = new Watch()
    watch.tell(1, owner, 'RELEASE_IP', ADDRESS)
    watch.see(1.5, held(given(calm, ADDRESS, null), other, ADDRESS, true))
    expect(bounds(watch.tell(4, other, 'TAKE_IP', ADDRESS)[0])).toEqual([0, 1_500, 1_500])
  })

  it('is known for a crashed node too, though nothing was seen in between', () => {
    const watch = new Watch()
    watch.see(1)
    expect(bounds(watch.tell(3, other, 'TAKE_IP', ADDRESS)[0])).toEqual([0, 2_000, 2_000])
  })

  it('is not known to have been long when a node that was taking it, and hangs now, may have had it meanwhile', () => {
    const watch = new Watch()
    watch.tell(1, owner, 'RELEASE_IP', ADDRESS)
    watch.see(2, given(calm, ADDRESS, null))
    watch.see(3, held(given(calm, ADDRESS, other), other, ADDRESS, false))
    expect(bounds(watch.tell(7, third, 'TAKE_IP', ADDRESS)[0])).toEqual([0, 4_000, 7_000])
  })

  it('is not told of an address that somebody added elsewhere before a node took it', () => {
    const watch = new Watch()
    watch.tell(1, owner, 'RELEASE_IP', ADDRESS)
    const nobodys = given(calm, ADDRESS, null)
    watch.see(2, nobodys)
    watch.see(9, held(nobodys, third, ADDRESS, true))
    expect(watch.see(10)).toMatchObject([{ what: 'stray' }])
    expect(bounds(watch.tell(12, third, 'TAKE_IP', ADDRESS)[0])).toEqual([undefined, undefined, undefined])
  })

  it('is unknown where kernels are not seen', () => {
    const blind = [0, 1, 2].reduce((snapshot, pnn) => withFacts(snapshot, pnn, () => ({ host: undefined })), calm)
    const watch = new Watch(blind)
    watch.tell(1, owner, 'RELEASE_IP', ADDRESS)
    expect(bounds(watch.tell(1.2, other, 'TAKE_IP', ADDRESS)[0])).toEqual([undefined, undefined, undefined])
  })
})

it('what was missing is not back when nobody owns it any more', () => {
  const watch = new Watch()
  watch.see(1, held(calm, owner, ADDRESS, false))
  expect(watch.see(2)).toMatchObject([{ what: 'missing' }])
  const entries = watch.see(3, given(calm, ADDRESS, null))
  expect(entries.map(({ kind, what }) => [kind, what])).toEqual([['address', 'released']])
  expect(watch.address(ADDRESS)).toMatchObject({ owner: null, awaySinceMs: at(1) })
})

describe('what the kernels have', () => {
  it.each([
    ['missing', held(calm, owner, ADDRESS, false), `${ADDRESS} is missing in the kernel of node ${owner}, which owns it`],
    ['twice', held(calm, third, ADDRESS, true), `${ADDRESS} is also in the kernel of node ${third}; node ${owner} owns it`],
    [
      'elsewhere',
      held(held(calm, owner, ADDRESS, false), third, ADDRESS, true),
      `${ADDRESS} is missing in the kernel of node ${owner}, which owns it; node ${third} has it`,
    ],
  ])('%s: reported when two polls agree, with the time of the first, and when it is over', (truth, snapshot, text) => {
    const watch = new Watch()
    expect(watch.see(1, snapshot)).toEqual([])
    expect(watch.address(ADDRESS).kernel).toBe(truth)
    expect(watch.see(2)).toMatchObject([{ kind: 'kernel', what: truth, text, atMs: at(1) }])
    expect(watch.see(3)).toEqual([])
    // It has been in another kernel until the last look.
    const awayMs = truth === 'elsewhere' ? 1_000 : 3_000
    expect(watch.see(4, calm)).toMatchObject([{ kind: 'kernel', tone: 'good', awayMs }])
    expect(watch.address(ADDRESS)).toMatchObject({ kernel: 'held', awaySinceMs: null })
  })

  it('an address that no node owns but a kernel has', () => {
    const nobodys = given(calm, ADDRESS, null)
    const watch = new Watch(nobodys)
    expect(watch.address(ADDRESS).kernel).toBe('none')
    watch.see(1, held(nobodys, third, ADDRESS, true))
    expect(watch.address(ADDRESS).kernel).toBe('stray')
    expect(watch.see(2)).toMatchObject([
      { what: 'stray', text: `${ADDRESS} is in the kernel of node ${third}, but no node owns it` },
    ])
  })

  it('an address that is missing because of an action of this watch', () => {
    const watch = new Watch()
    watch.do(1, { text: `restart-network ${owner}`, isFault: true, pnns: [owner] })
    watch.see(2, held(calm, owner, ADDRESS, false))
    expect(watch.see(3)).toMatchObject([{ what: 'missing', cause: `fault injected here: restart-network ${owner}` }])
  })

  it('a poll in the middle of a release reports nothing', () => {
    const watch = new Watch()
    watch.see(1, held(calm, owner, ADDRESS, false))
    expect(watch.tell(1.1, owner, 'RELEASE_IP', ADDRESS)).toMatchObject([{ what: 'released' }])
    expect(watch.tell(1.3, other, 'TAKE_IP', ADDRESS)).toMatchObject([{ what: 'moved', awayMs: 300 }])
    expect([...watch.see(2, given(calm, ADDRESS, other)), ...watch.see(3)]).toEqual([])
  })

  it.each([
    ['twice', held(calm, third, ADDRESS, true)],
    ['stray', held(given(calm, ADDRESS, null), third, ADDRESS, true)],
  ])('%s: what is not seen any more is not mended', (what, snapshot) => {
    const watch = new Watch()
    watch.see(1, snapshot)
    expect(watch.see(2)).toMatchObject([{ kind: 'kernel', what }])
    const hidden = withFacts(snapshot, third, () => ({ host: undefined }))
    expect([...watch.see(3, hidden), ...watch.see(4)]).toEqual([])
    expect(watch.see(5, snapshot)).toEqual([])
    expect(watch.see(6, held(snapshot, third, ADDRESS, false))).toMatchObject([{ kind: 'kernel', what: 'mended' }])
  })

  it('an address that was missing when its kernel was last seen is not known to be away', () => {
    const watch = new Watch()
    watch.see(1, held(calm, owner, ADDRESS, false))
    watch.see(2)
    expect(watch.address(ADDRESS).awaySinceMs).toBe(at(1))
    watch.see(
      3,
      withFacts(calm, owner, () => ({ host: undefined })),
    )
    expect(watch.address(ADDRESS)).toMatchObject({ kernel: 'unseen', awaySinceMs: null })
  })

  it('an address of a node that hangs is still in its kernel', () => {
    const watch = new Watch()
    const gone = cutOff(calm, owner)
    const hanging = withFacts(gone, owner, () => ({ host: calm.nodes[owner]?.host }))
    const lost = watch.see(1, hanging).find(({ what, addresses }) => what === 'lost' && addresses[0] === ADDRESS)
    expect(lost?.text).toBe(`no node owns ${ADDRESS} any more: node ${owner}, which did, is gone, but its kernel still has it`)
  })

  it('a kernel that is not read is unseen, and nothing is reported about it', () => {
    const blind = withFacts(calm, owner, () => ({ host: undefined }))
    const watch = new Watch()
    expect([...watch.see(1, blind), ...watch.see(2, blind)]).toEqual([])
    expect(watch.address(ADDRESS).kernel).toBe('unseen')
    expect(watch.node(owner).kernelSeen).toBe(false)
  })
})
