import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { healthyCluster, ownerIn, withFacts } from '../../support/audit-cluster.ts'
import { at, cutOff, flagged, given, held, Watch } from '../../support/watch.ts'

const ADDRESS = '10.0.0.1'
const calm = healthyCluster()
const owner = ownerIn(calm, ADDRESS)
const [other = -1, third = -1] = [0, 1, 2].filter((pnn) => pnn !== owner)

describe('an address that a node tells it has released, and another that it has taken it', () => {
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

  it('is not told of again by a look that shows the same', () => {
    const watch = new Watch()
    watch.tell(1, owner, 'RELEASE_IP', ADDRESS)
    watch.tell(1.25, other, 'TAKE_IP', ADDRESS)
    expect(watch.see(2, given(calm, ADDRESS, other))).toEqual([])
  })

  it('stays where it was told to be, though a look that was under way says otherwise', () => {
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

  it('is believed to be where a look shows it when the clock was set back in between', () => {
    const watch = new Watch()
    watch.tell(7_200, owner, 'RELEASE_IP', ADDRESS)
    watch.see(2)
    expect(watch.address(ADDRESS).owner).toBe(owner)
  })

  it('is told of once when a look was faster than the events', () => {
    const watch = new Watch()
    expect(watch.see(1, given(calm, ADDRESS, other))).toMatchObject([{ what: 'moved', from: owner, to: other }])
    expect(watch.tell(1.1, owner, 'RELEASE_IP', ADDRESS)).toEqual([])
    expect(watch.tell(1.2, other, 'TAKE_IP', ADDRESS)).toEqual([])
    expect(watch.address(ADDRESS)).toMatchObject({ owner: other, claims: [other] })
  })

  it('is in the timeline when it has come back before the next look', () => {
    const watch = new Watch()
    const told = [...watch.tell(1, owner, 'RELEASE_IP', ADDRESS), ...watch.tell(1.5, owner, 'TAKE_IP', ADDRESS)]
    expect(told.map(({ text }) => text)).toEqual([`node ${owner} released ${ADDRESS}`, `node ${owner} took ${ADDRESS} again`])
    expect(watch.see(2)).toEqual([])
    expect(watch.address(ADDRESS)).toMatchObject({ owner, sinceMs: at(1.5) })
  })

  it('may be taken before the release is heard of, which the move tells then', () => {
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

  it('is that its node became unfit', () => {
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

  it('is failback to a node that became healthy, of late', () => {
    const watch = new Watch(flagged(calm, other, NODE_FLAG.UNHEALTHY))
    watch.see(1, calm)
    expect(movedAfter(watch, 2)).toEqual({ released: undefined, moved: `failback: node ${other} became OK` })
    const late = new Watch(flagged(calm, other, NODE_FLAG.UNHEALTHY))
    late.see(1, calm)
    expect(movedAfter(late, 600)).toEqual({ released: undefined, moved: undefined })
  })

  it('is not failback when the one that had it has not let it go: it may be dead', () => {
    const watch = new Watch(flagged(calm, other, NODE_FLAG.UNHEALTHY))
    watch.see(1, calm)
    const [moved] = watch.tell(2, other, 'TAKE_IP', ADDRESS)
    expect([moved?.from, moved?.cause]).toEqual([owner, undefined])
    expect(watch.see(3, given(cutOff(calm, owner), ADDRESS, other))).toContainEqual(
      expect.objectContaining({ text: `node ${owner} became DISCONNECTED|INACTIVE; it was OK; so ${ADDRESS} left it` }),
    )
  })

  it('is what was asked for here', () => {
    const watch = new Watch()
    expect(watch.do(1, { text: `move ${ADDRESS} to node ${other}`, does: 'move', addresses: [ADDRESS] })).toMatchObject([
      { kind: 'action', text: `move ${ADDRESS} to node ${other}` },
    ])
    expect(movedAfter(watch, 2).moved).toBe(`asked for here: move ${ADDRESS} to node ${other}`)
  })

  it('is a move that was asked for here, from a node that could host it no more before that', () => {
    const watch = new Watch()
    watch.see(1, flagged(calm, owner, NODE_FLAG.DISABLED))
    const text = `move ${ADDRESS} to node ${other}`
    watch.do(2, { text, does: 'move', addresses: [ADDRESS] })
    expect(movedAfter(watch, 3)).toEqual({ released: `asked for here: ${text}`, moved: `asked for here: ${text}` })
  })

  it('is a takeover run or a change of its nodes that was asked for here, and no change of others', () => {
    const causes = (does: 'takeover-run' | 'disable' | 'enable', pnns: readonly number[]) => {
      const watch = new Watch()
      watch.do(1, { text: does, does, pnns })
      return movedAfter(watch, 2)
    }
    const is = (cause: string | undefined) => cause && `asked for here: ${cause}`
    expect(causes('takeover-run', [])).toEqual({ released: is('takeover-run'), moved: is('takeover-run') })
    expect(causes('disable', [owner])).toEqual({ released: is('disable'), moved: is('disable') })
    expect(causes('enable', [other])).toEqual({ released: undefined, moved: is('enable') })
    expect(causes('disable', [other])).toEqual({ released: undefined, moved: undefined })
    expect(causes('enable', [owner])).toEqual({ released: undefined, moved: undefined })
    expect(causes('disable', [third])).toEqual({ released: undefined, moved: undefined })
  })

  it('is what was broken here after what was asked for, and the other way round', () => {
    const fault = { text: `kill ${owner}`, isFault: true, pnns: [owner] }
    const run = { text: 'takeover run', does: 'takeover-run' } as const
    const watch = new Watch()
    watch.do(1, run)
    watch.do(1.5, fault)
    expect(movedAfter(watch, 2).released).toBe(`kill ${owner} was done here`)
    const otherWay = new Watch()
    otherWay.do(1, fault)
    otherWay.do(1.5, run)
    expect(movedAfter(otherWay, 2).released).toBe('asked for here: takeover run')
  })

  it('is failback, and not the takeover run that was asked for before the node recovered', () => {
    const watch = new Watch(flagged(calm, other, NODE_FLAG.UNHEALTHY))
    watch.do(1, { text: 'takeover run', does: 'takeover-run' })
    watch.see(8, calm)
    watch.tell(9, owner, 'RELEASE_IP', ADDRESS)
    expect(watch.tell(9.2, other, 'TAKE_IP', ADDRESS)).toMatchObject([{ cause: `failback: node ${other} became OK` }])
  })

  it('is not told when nothing is known', () => {
    expect(movedAfter(new Watch(), 2)).toEqual({ released: undefined, moved: undefined })
  })

  it('is told with the node when that is seen only afterwards', () => {
    const watch = new Watch()
    movedAfter(watch, 2)
    expect(watch.see(3, given(flagged(calm, owner, NODE_FLAG.DISABLED), ADDRESS, other))).toMatchObject([
      {
        kind: 'health',
        what: 'disabled',
        text: `node ${owner} became DISABLED; it was OK; so ${ADDRESS} left it`,
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

describe('what only looks can tell', () => {
  it('an address is lost with its node', () => {
    const watch = new Watch()
    const entries = watch.see(1, cutOff(calm, owner))
    expect(entries.find(({ addresses }) => addresses.includes(ADDRESS))).toMatchObject({
      what: 'lost',
      text: `${ADDRESS} is on no node any more: node ${owner}, which had it, is gone`,
      cause: `node ${owner} became DISCONNECTED|INACTIVE`,
      to: null,
      tone: 'error',
    })
    expect(watch.address(ADDRESS)).toMatchObject({ owner: null, awaySinceMs: at(1) })
  })

  it('an address is away since its node cannot be reached, however late a look shows that it is on none', () => {
    const watch = new Watch()
    watch.see(1)
    watch.chronicle.observe({ kind: 'blind', atMs: at(2), pnn: owner, what: 'daemon', why: 'closed', retryAtMs: at(3) })
    watch.see(61, cutOff(calm, owner))
    expect(watch.address(ADDRESS).awaySinceMs).toBe(at(2))
    expect(watch.tell(62, other, 'TAKE_IP', ADDRESS)).toMatchObject([{ what: 'moved', awayMs: 60_000 }])
  })

  it('how long an address was away is not told where nobody looked for long before it was seen to be', () => {
    const watch = new Watch()
    watch.see(61, cutOff(calm, owner))
    const [moved] = watch.tell(62, other, 'TAKE_IP', ADDRESS)
    expect([moved?.what, moved?.awayMs]).toEqual(['moved', undefined])
    const often = new Watch()
    often.see(59)
    often.see(61, cutOff(calm, owner))
    expect(often.tell(62, other, 'TAKE_IP', ADDRESS)).toMatchObject([{ what: 'moved', awayMs: 1_000 }])
  })

  it('a node that can be reached by way of others is away since a look showed that, and not since it is blind', () => {
    const watch = new Watch()
    watch.chronicle.observe({ kind: 'blind', atMs: at(2), pnn: owner, what: 'daemon', why: 'closed', retryAtMs: at(3) })
    watch.see(30)
    watch.see(32, cutOff(calm, owner))
    expect(watch.tell(33, other, 'TAKE_IP', ADDRESS)).toMatchObject([{ what: 'moved', awayMs: 1_000 }])
  })

  it('a node that does not answer for once has what it had', () => {
    const watch = new Watch()
    const silent = withFacts(calm, owner, () => ({ known: undefined, runState: undefined, nodeMap: undefined }))
    expect(watch.see(1, silent)).toEqual([])
    expect(watch.address(ADDRESS).owner).toBe(owner)
    expect(watch.node(owner)).toMatchObject({ answers: false })
  })

  it('two nodes that claim an address are told of when they do so in two looks', () => {
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

  it('an address of two nodes has moved when the first one releases it', () => {
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

  it('an address that goes to another interface of its node', () => {
    const watch = new Watch()
    const elsewhere = withFacts(calm, owner, ({ known = [] }) => ({
      known: known.map((each) => (each.address === ADDRESS ? { ...each, activeInterface: 'eth2' } : each)),
    }))
    expect(watch.see(1, elsewhere)).toMatchObject([
      { what: 'interface', text: `${ADDRESS} went from interface eth1 to eth2 on node ${owner}` },
    ])
    expect(watch.address(ADDRESS).interfaceName).toBe('eth2')
  })

  it('addresses that are new, and that nobody knows any more', () => {
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
      cause: `a reload changed which nodes know it: node ${other} does now`,
      awayMs: 1_000,
    })
    watch.tell(3, other, 'RELEASE_IP', '10.0.0.99')
    expect(watch.see(4, calm).map(({ text }) => text)).toEqual(['nodes 0, 1 and 2 do not know 10.0.0.99 any more'])
    watch.see(5)
    expect(watch.chronicle.story.addresses.map(({ address }) => address)).not.toContain('10.0.0.99')
  })
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
  ])('%s: told when two looks agree, at the time of the first, and when it is over', (truth, snapshot, text) => {
    const watch = new Watch()
    expect(watch.see(1, snapshot)).toEqual([])
    expect(watch.address(ADDRESS).kernel).toBe(truth)
    expect(watch.see(2)).toMatchObject([{ kind: 'kernel', what: truth, text, atMs: at(1) }])
    expect(watch.see(3)).toEqual([])
    expect(watch.see(4, calm)).toMatchObject([{ kind: 'kernel', tone: 'good', awayMs: 3_000 }])
    expect(watch.address(ADDRESS)).toMatchObject({ kernel: 'held', awaySinceMs: null })
  })

  it('an address that nobody owns, and a kernel has', () => {
    const nobodys = given(calm, ADDRESS, null)
    const watch = new Watch(nobodys)
    expect(watch.address(ADDRESS).kernel).toBe('none')
    watch.see(1, held(nobodys, third, ADDRESS, true))
    expect(watch.address(ADDRESS).kernel).toBe('stray')
    expect(watch.see(2)).toMatchObject([
      { what: 'stray', text: `${ADDRESS} is in the kernel of node ${third}, and nobody owns it` },
    ])
  })

  it('an address that is missing because of what was done here', () => {
    const watch = new Watch()
    watch.do(1, { text: `restart-network ${owner}`, isFault: true, pnns: [owner] })
    watch.see(2, held(calm, owner, ADDRESS, false))
    expect(watch.see(3)).toMatchObject([{ what: 'missing', cause: `restart-network ${owner} was done here` }])
  })

  it('a look in the middle of a release says nothing', () => {
    const watch = new Watch()
    watch.see(1, held(calm, owner, ADDRESS, false))
    expect(watch.tell(1.1, owner, 'RELEASE_IP', ADDRESS)).toMatchObject([{ what: 'released' }])
    expect(watch.tell(1.3, other, 'TAKE_IP', ADDRESS)).toMatchObject([{ what: 'moved', awayMs: 200 }])
    expect([...watch.see(2, given(calm, ADDRESS, other)), ...watch.see(3)]).toEqual([])
  })

  it('a kernel that is not looked at is unseen, and nothing is said of it', () => {
    const blind = withFacts(calm, owner, () => ({ host: undefined }))
    const watch = new Watch()
    expect([...watch.see(1, blind), ...watch.see(2, blind)]).toEqual([])
    expect(watch.address(ADDRESS).kernel).toBe('unseen')
    expect(watch.node(owner).kernelSeen).toBe(false)
  })
})
