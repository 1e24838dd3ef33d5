import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { compareOutcome } from '../../../src/lib/takeover/outcome.ts'
import { movesNothing, type Plan, planTakeover } from '../../../src/lib/takeover/plan.ts'
import { makeSnapshot } from '../../support/snapshots.ts'

const moves = ({ addresses }: Plan) => addresses.map(({ address, from, to }) => [address.slice(7), from, to])
const reasons = ({ addresses }: Plan) => addresses.map(({ reason }) => reason)

describe('a plan', () => {
  it('keeps everything where nothing is wrong', () => {
    const plan = planTakeover(makeSnapshot({ owners: [0, 1, 2] }))
    expect(plan.addresses.map(({ change }) => change)).toEqual(['kept', 'kept', 'kept'])
    expect(plan.counts).toEqual([0, 1, 2].map((pnn) => ({ pnn, before: 1, after: 1 })))
    expect(plan.failures).toEqual([])
  })

  it('is found to move nothing without being made', () => {
    const flags = fc.dictionary(fc.constantFrom('0', '1', '2'), fc.constantFrom(NODE_FLAG.BANNED, NODE_FLAG.UNHEALTHY), {
      maxKeys: 2,
    })
    const owners = fc.array(fc.constantFrom(0, 1, 2, null), { minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(owners, flags, (owners, flags) => {
        const snapshot = makeSnapshot({ owners, flags })
        const stays = planTakeover(snapshot).addresses.every(({ change }) => change === 'kept' || change === 'unhosted')
        expect(movesNothing(snapshot)).toBe(stays)
      }),
    )
  })

  it('shows where the addresses of a node that cannot host them go, and why', () => {
    const plan = planTakeover(makeSnapshot({ owners: [0, 1, 2], flags: { 2: NODE_FLAG.BANNED } }))
    expect(moves(plan).slice(0, 2)).toEqual([
      ['1', 0, 0],
      ['2', 1, 1],
    ])
    expect(plan.addresses[2]).toMatchObject({ from: 2, change: 'moved', cannot: [{ pnn: 2, why: 'it is BANNED|INACTIVE' }] })
    expect(plan.addresses[2]?.reason).toMatch(/^node 2 cannot host it: it is BANNED\|INACTIVE; on node \d it costs least/)
  })

  it('shows for each node why none can host an address', () => {
    const plan = planTakeover(
      makeSnapshot({
        owners: [null],
        flags: { 0: NODE_FLAG.UNHEALTHY },
        facts: {
          1: { available: [], interfaces: [{ name: 'eth1', linkUp: false, references: 0 }] },
          2: { available: [], runState: 'STARTUP' },
        },
      }),
    )
    expect(plan.addresses[0]).toMatchObject({ change: 'unhosted', reason: 'no node can host it' })
    expect(plan.addresses[0]?.cannot.map(({ why }) => why)).toEqual([
      'it is UNHEALTHY',
      'no link on eth1',
      'its run state is STARTUP',
    ])
  })

  it('does nothing with NoIPTakeover, and says so', () => {
    const plan = planTakeover(makeSnapshot({ owners: [null, 1], tunables: { NoIPTakeover: 1 } }))
    expect(moves(plan)).toEqual([
      ['1', null, null],
      ['2', 1, 1],
    ])
    expect(reasons(plan)[0]).toBe('nobody owns it, and NoIPTakeover=1 lets no node take it over')
  })

  it('moves addresses to a node that has none, or that the leader was told to rebalance, but not with NoIPFailback', () => {
    const uneven = { owners: [0, 0, 0, 0, 1, 1], nodes: 2 }
    expect(moves(planTakeover(makeSnapshot(uneven))).every(([, from, to]) => from === to)).toBe(true)
    const forced = planTakeover(makeSnapshot(uneven), { forceRebalance: [1] })
    expect(forced.addresses.filter(({ change }) => change === 'moved').length).toBe(1)
    expect(forced.addresses.find(({ change }) => change === 'moved')?.reason).toMatch(
      /^node 1 was named to receive addresses, and there it costs \d+ instead of \d+$/,
    )
    const failback = planTakeover(makeSnapshot({ ...uneven, tunables: { NoIPFailback: 1 } }), { forceRebalance: [1] })
    expect(failback.addresses.every(({ change }) => change === 'kept')).toBe(true)
  })

  it('lists the controls: all releases before the first takeover, redundant ones marked', () => {
    const plan = planTakeover(makeSnapshot({ nodes: 2, owners: [0, 1], flags: { 1: NODE_FLAG.DISABLED } }))
    expect(plan.controls).toEqual([
      { control: 'RELEASE_IP', to: 1, address: '10.0.0.2', owner: 0, redundant: false },
      { control: 'RELEASE_IP', to: 1, address: '10.0.0.1', owner: 0, redundant: true },
      { control: 'TAKEOVER_IP', to: 0, address: '10.0.0.2', owner: 0, redundant: false },
      { control: 'TAKEOVER_IP', to: 0, address: '10.0.0.1', owner: 0, redundant: true },
    ])
  })

  it('has no controls when no address has an owner and none can be hosted', () => {
    const nobody = { owners: [null, null], flags: { 0: NODE_FLAG.DISABLED, 1: NODE_FLAG.DISABLED }, nodes: 2 }
    expect(planTakeover(makeSnapshot(nobody)).controls).toEqual([])
    expect(planTakeover(makeSnapshot({ ...nobody, owners: [null, 1] })).controls.length).toBe(4)
  })

  it('warns about what would make the takeover run fail', () => {
    const silent = { missing: [{ fact: 'known', code: 'TIMEOUT', message: 'no answer' }], known: undefined, available: undefined }
    const plan = planTakeover(makeSnapshot({ owners: [0, 0], facts: { 1: silent } }))
    expect(plan.failures).toEqual(['node 1 does not report which addresses it knows'])
    expect(planTakeover({ ...makeSnapshot({ owners: [0] }), leader: { pnn: null, era: 'leader' } }).failures[0]).toContain(
      'no leader',
    )
  })

  it.each([
    [0, 'deterministic'],
    [1, 'non-deterministic'],
    [2, 'lcp2'],
  ])('takes algorithm %i from the leader', (IPAllocAlgorithm, name) => {
    const plan = planTakeover(makeSnapshot({ owners: [null, null, 0], tunables: { IPAllocAlgorithm } }))
    expect(plan.algorithm).toBe(name)
    expect(plan.addresses.every(({ reason }) => reason.length > 10)).toBe(true)
  })
})

describe('an outcome', () => {
  it('matches the plan, or lists the differences', () => {
    const plan = planTakeover(makeSnapshot({ owners: [0, null] }))
    const [, second] = plan.addresses
    const asPlanned = compareOutcome(plan, makeSnapshot({ owners: [0, second?.to ?? null] }))
    expect(asPlanned).toEqual({ asPlanned: true, addresses: 2, differences: [] })
    expect(compareOutcome(plan, makeSnapshot({ owners: [0, null] })).differences).toEqual([
      { address: '10.0.0.2', planned: second?.to, actual: null },
    ])
  })
})

describe('a plan up to 4.8, where the leader looks at the flags of the nodes', () => {
  const ill = NODE_FLAG.UNHEALTHY
  /** What a daemon of that time says: it does not look at its own flags. */
  const old = (flags: Record<number, number>, hostsAnyway: number, version?: string) => {
    const snapshot = makeSnapshot({ owners: [0, 1, 2], flags, tunables: { NoIPHostOnAllDisabled: hostsAnyway } })
    const available = (snapshot.nodes[0]?.known ?? []).map(({ address }) => address)
    const host = version === undefined ? {} : { host: { reachedBy: 'locally', daemonAnswers: true, version } }
    const nodes = snapshot.nodes.map((facts) => ({ ...facts, available, ...host }))
    return planTakeover({ ...snapshot, nodes, leader: { ...snapshot.leader, era: 'recmaster' as const } })
  }
  const owners = ({ addresses }: Plan) => addresses.map(({ to }) => to)

  it('gives nothing to a node that is unhealthy, though it lists addresses as available', () => {
    for (const version of ['4.8.3', undefined]) expect(owners(old({ 2: ill }, 0, version))).not.toContain(2)
  })

  it('leaves addresses on nodes that are all unhealthy, unless NoIPHostOnAllDisabled is set', () => {
    const all = { 0: ill, 1: NODE_FLAG.DISABLED, 2: ill }
    expect(owners(old(all, 0, '4.8.3'))).toEqual([0, 1, 2])
    expect(owners(old(all, 1, '4.8.3'))).toEqual([null, null, null])
  })

  it('goes by what newer daemons list themselves', () => {
    expect(owners(old({ 2: ill }, 1, '4.9.0'))).toEqual([0, 1, 2])
  })
})
