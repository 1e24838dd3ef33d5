import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { HostFacts } from '../../../src/lib/snapshot/host-facts.ts'
import type { KnownAddress, Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import type { Edit } from '../../../src/lib/takeover/what-if.ts'
import { planWhatIf } from '../../../src/lib/takeover/what-if-plan.ts'
import { type Made, makeSnapshot } from '../../support/snapshots.ts'

const { BANNED, DISCONNECTED, STOPPED, UNHEALTHY } = NODE_FLAG

/** Where each address would go. */
function foresee(made: Made | Snapshot, ...edits: Edit[]) {
  const now = 'nodeMap' in made ? made : makeSnapshot(made)
  const before = structuredClone(now)
  const plan = planWhatIf(now, edits)
  expect(now).toEqual(before)
  const owners = Object.fromEntries(plan.addresses.map(({ address, to }) => [address, to]))
  return { ...plan, owners, causes: plan.course.map(({ cause }) => cause) }
}

const address = (last: number, owner: number | null = null): KnownAddress => ({
  address: `10.0.0.${last}`,
  owner,
  interfaces: ['eth1'],
})

/** A cluster whose node 2 is dead; its machine was reached if facts of it are given. */
function withDeadNode(made: Made, host?: Partial<HostFacts>): Snapshot {
  const snapshot = makeSnapshot({ ...made, flags: { 2: DISCONNECTED | UNHEALTHY, ...made.flags } })
  const nodes = snapshot.nodes.map((facts) =>
    facts.pnn === 2 && host ? { ...facts, host: { reachedBy: 'ssh node2', daemonAnswers: false, ...host } } : facts,
  )
  return { ...snapshot, nodes }
}

describe('the course of a what-if', () => {
  it('is one run without what-ifs, and for those that only describe a cluster', () => {
    expect(foresee({ owners: [0, 1, 2] }).causes).toEqual(['request'])
    expect(foresee({ owners: [0, 1, 2] }, { kind: 'link-down', pnn: 1, interfaceName: 'eth1' }).causes).toEqual(['request'])
    const up = foresee({ owners: [0, 0], flags: { 1: STOPPED } }, { kind: 'up', pnn: 1 })
    expect(up.causes).toEqual(['request'])
  })

  it.each<[Edit, readonly string[]]>([
    [{ kind: 'disable', pnn: 1 }, ['request']],
    [{ kind: 'stop', pnn: 1 }, ['recovery', 'request']],
    [{ kind: 'ban', pnn: 1 }, ['recovery', 'request']],
    [{ kind: 'down', pnn: 1 }, ['recovery']],
  ])('of %j has the runs that the command brings', (edit, causes) => {
    const { course, whatIf, addresses } = foresee({ owners: [0, 1, 2] }, edit)
    expect(course.map(({ cause }) => cause)).toEqual(causes)
    expect(whatIf).toEqual([edit])
    expect(course[0]?.moves).toMatchObject([{ address: '10.0.0.2', from: 1 }])
    expect(addresses.map(({ from }) => from)).toEqual([0, 1, 2])
  })

  it.each([
    ['continue', STOPPED],
    ['unban', BANNED],
  ] as const)('of %s: the recovery gives the node its share, with what it knows', (kind, flag) => {
    const known = [address(1), address(9)]
    const made: Made = { owners: [0, 0, 2], flags: { 1: flag }, facts: { 1: { known } } }
    const { owners, course, causes, assumptions } = foresee(made, { kind, pnn: 1 })
    expect(causes).toEqual(['recovery', 'request'])
    expect(owners).toMatchObject({ '10.0.0.9': 1 })
    expect(course[0]?.nodes[1]).toMatchObject({ pnn: 1, flags: 0, runState: 'RUNNING', known: ['10.0.0.1', '10.0.0.9'] })
    expect(course.slice(1).flatMap(({ moves }) => moves)).toEqual([])
    expect(assumptions).toEqual([])
  })

  it('says what still keeps a node that is continued or unbanned from hosting addresses', () => {
    const both = foresee({ nodes: 2, owners: [0, 0], flags: { 1: STOPPED | BANNED } }, { kind: 'continue', pnn: 1 })
    expect(both.owners).toEqual({ '10.0.0.1': 0, '10.0.0.2': 0 })
    expect(both.assumptions).toEqual(['node 1 is still BANNED|INACTIVE, so it hosts nothing'])
    // It took no part before, and takes none now, so there is no recovery.
    expect(both.causes).toEqual(['request'])
    const sick = foresee({ nodes: 2, owners: [0, 0], flags: { 1: BANNED | UNHEALTHY } }, { kind: 'unban', pnn: 1 })
    expect(sick.owners).toEqual({ '10.0.0.1': 0, '10.0.0.2': 0 })
    expect(sick.assumptions).toEqual([
      'node 1 is still UNHEALTHY, so it hosts nothing until a monitor event succeeds there; --up 1 shows the cluster after that',
    ])
    const facts = { 1: { runState: 'STARTUP' as const } }
    const starting = foresee({ nodes: 2, owners: [0, 0], flags: { 1: BANNED | UNHEALTHY }, facts }, { kind: 'unban', pnn: 1 })
    expect(Object.values(starting.owners)).toContain(1)
    expect(starting.assumptions[0]).toMatch(/^node 1 is assumed to become healthy/)
  })

  it('of start: the daemon knows the addresses of its own file, and hosts none until it is healthy', () => {
    const host = { publicAddressesFile: '10.0.0.1/24 eth1\n10.0.0.9/24 eth1\n' }
    const { owners, course, causes, assumptions } = foresee(withDeadNode({ owners: [0, 1] }, host), { kind: 'start', pnn: 2 })
    expect(causes).toEqual(['recovery', 'check', 'healthy'])
    expect(course[0]?.nodes[2]).toMatchObject({ flags: UNHEALTHY, runState: 'FIRST_RECOVERY', available: [] })
    expect(course[0]?.moves).toEqual([])
    expect(course[2]?.nodes[2]).toMatchObject({ flags: 0, runState: 'RUNNING', known: ['10.0.0.1', '10.0.0.9'] })
    expect(owners).toMatchObject({ '10.0.0.2': 1, '10.0.0.9': 2 })
    expect(assumptions).toEqual(['node 2 is assumed to become healthy: its startup event and its first monitor event succeed'])
  })

  it('of start says what it assumes if the machine was not reached', () => {
    const { owners, assumptions } = foresee(withDeadNode({ owners: [0, 1, 0] }), { kind: 'start', pnn: 2 })
    expect(Object.values(owners)).toContain(2)
    expect(assumptions[0]).toMatch(/^node 2 is assumed to know all addresses that other nodes know, .* was not read$/)
  })

  it('of start goes by links and by ctdb.conf', () => {
    const link = (name: string, carrier: boolean) => ({ name, up: true, carrier, altnames: [] })
    const file = '10.0.0.1/24 eth1\n10.0.0.9/24 eth2\n'
    const start = (host: Partial<HostFacts>) =>
      foresee(withDeadNode({ owners: [0, 1] }, { publicAddressesFile: file, ...host }), { kind: 'start', pnn: 2 })
    const half = start({ links: [link('eth1', true), link('eth2', false)] })
    expect(half.owners['10.0.0.9']).toBeNull()
    expect(half.assumptions[0]).toContain('although there is no link on eth2 (CTDB_PARTIALLY_ONLINE_INTERFACES=yes)')
    const none = start({ links: [link('eth1', false), link('eth2', false)] })
    expect(Object.values(none.owners)).not.toContain(2)
    expect(none.assumptions).toEqual(['node 2 stays unhealthy: no link on eth1 and eth2'])
    for (const name of ['disabled', 'stopped']) {
      expect(Object.values(start({ configFile: `[legacy]\n start as ${name} = true\n` }).owners)).not.toContain(2)
    }
    expect(Object.values(start({ configFile: null }).owners)).toContain(2)
  })

  it('of start goes by ctdb.tunables, if the node becomes leader', () => {
    const start = (tunablesFiles?: HostFacts['tunablesFiles']) => {
      const host = { publicAddressesFile: '10.0.0.1/24 eth1\n', ...(tunablesFiles && { tunablesFiles }) }
      const alone = withDeadNode({ owners: [], flags: { 0: STOPPED, 1: STOPPED } }, host)
      const leaderless = { ...alone, leader: { ...alone.leader, pnn: null } }
      return foresee(leaderless, { kind: 'start', pnn: 2 }).course.at(-1)
    }
    expect(start({ file: 'NoIPTakeover=1\nIPAllocAlgorithm=1\n', directory: '' })).toMatchObject({
      leader: 2,
      noIpTakeover: true,
      algorithm: 'non-deterministic',
      moves: [],
    })
    expect(start({ file: null, directory: '' })).toMatchObject({ leader: 2, algorithm: 'lcp2', moves: [{ to: 2 }] })
    expect(start()).toMatchObject({ leader: 2, algorithm: 'lcp2', moves: [{ to: 2 }] })
  })

  it('of several: all happen before the first run, and a note says what the order changes', () => {
    const owners = [1, 1, 1, 2, 2, 2, 3, 3]
    const { assumptions, causes } = foresee({ nodes: 5, owners }, { kind: 'stop', pnn: 1 }, { kind: 'ban', pnn: 2 })
    expect(causes).toEqual(['recovery', 'request'])
    expect(assumptions.join()).toMatch(
      /may happen one after the other\. If it does, the result differs \(10\.0\.0\.\d on node \d/,
    )
    const three = foresee({ owners: [0, 1, 2] }, { kind: 'disable', pnn: 1 }, { kind: 'disable', pnn: 2 })
    expect(three.assumptions).toEqual([])
  })

  it('sums up what several runs move', () => {
    // Both interact: the recovery places what node 1 has, and the started node gets its share afterwards.
    const made = { owners: [0, 1, 1, 0, 1, 0], flags: {} }
    const { course, addresses, controls, counts } = foresee(
      withDeadNode(made),
      { kind: 'start', pnn: 2 },
      { kind: 'stop', pnn: 1 },
    )
    expect(course.map(({ moves }) => moves.length > 0)).toEqual([true, false, false, true])
    expect(addresses.filter(({ from }) => from === 1).map(({ change }) => change)).toEqual(['moved', 'moved', 'moved'])
    const twice = addresses.find(({ from, to }) => from === 1 && to === 2)
    expect(twice?.reason).toMatch(/^node 1 cannot host it: .*; then node 2 has none of its own/)
    expect(controls.filter(({ control, redundant }) => control === 'TAKEOVER_IP' && !redundant).length).toBe(
      course.flatMap(({ moves }) => moves).length,
    )
    expect(counts.map(({ before }) => before)).toEqual([3, 3, 0])
    expect(counts.reduce((sum, { after }) => sum + after, 0)).toBe(6)
  })

  it('ends with a run that fails', () => {
    const made: Made = { owners: [0, 1, 2], facts: { 2: { known: undefined } } }
    const { course, failures } = foresee(made, { kind: 'stop', pnn: 1 })
    expect(course.length).toBe(1)
    expect(failures).toEqual(['node 2 does not report which addresses it knows'])
    expect(course[0]?.failures).toEqual(failures)
  })
})

describe('a what-if about the leader', () => {
  const others = { IPAllocAlgorithm: 2, NoIPTakeover: 1, NoIPFailback: 0 }

  it.each(['down', 'stop', 'ban'] as const)('%s: the tunables of the next leader count, NoIPTakeover too', (kind) => {
    const made: Made = { owners: [0, 1, 2], facts: { 1: { tunables: others } } }
    const { owners, noIpTakeover, leader, assumptions } = foresee(made, { kind, pnn: 0 })
    expect({ noIpTakeover, leader }).toEqual({ noIpTakeover: true, leader: 1 })
    expect(owners).toEqual({ '10.0.0.1': null, '10.0.0.2': 1, '10.0.0.3': 2 })
    expect(assumptions).toEqual([
      'node 0 is the leader; node 1 is assumed to succeed it',
      expect.stringMatching(
        /^node 2, which has other tunables, may become leader instead\. If it does, the result differs \(10\.0\.0\.1 on node \d\)$/,
      ),
    ])
  })

  it('skips nodes without the leader capability', () => {
    const capabilities = { leader: false, lmaster: true }
    const { leader } = foresee({ owners: [0, 1, 2], facts: { 1: { capabilities } } }, { kind: 'stop', pnn: 0 })
    expect(leader).toBe(2)
    const nobody = { 1: { capabilities }, 2: { capabilities } }
    const { failures } = foresee({ owners: [0, 1, 2], facts: nobody }, { kind: 'stop', pnn: 0 })
    expect(failures).toEqual(['no leader is known, and only a leader makes a takeover run'])
  })

  it('a node that comes back where nobody leads is the leader', () => {
    const made: Made = { owners: [null, null], nodes: 2, flags: { 0: STOPPED, 1: STOPPED } }
    const now = { ...makeSnapshot(made), leader: { pnn: null, era: 'leader' as const } }
    const { leader, owners } = foresee(now, { kind: 'continue', pnn: 1 })
    expect(leader).toBe(1)
    expect(owners).toEqual({ '10.0.0.1': 1, '10.0.0.2': 1 })
  })
})

describe('addresses that only one node knows', () => {
  const facts = { 1: { known: [address(1), address(9, 1)], available: ['10.0.0.1', '10.0.0.9'] } }

  it('are forgotten when it dies, which the plan says', () => {
    const { addresses, counts } = foresee({ owners: [0, 0], facts }, { kind: 'down', pnn: 1 })
    expect(addresses.at(-1)).toMatchObject({
      address: '10.0.0.9',
      from: 1,
      to: null,
      change: 'released',
      reason: 'no connected node knows it',
    })
    expect(counts[1]).toEqual({ pnn: 1, before: 1, after: 0 })
  })

  it('are not said to be released if no run reaches the node', () => {
    const cutOff = { known: [address(1), address(9, 1)], available: [] }
    const now = makeSnapshot({ owners: [0, 0], flags: { 1: DISCONNECTED } })
    const nodes = now.nodes.map((own) => (own.pnn === 1 ? { ...own, ...cutOff } : own))
    expect(Object.keys(foresee({ ...now, nodes }).owners)).toEqual(['10.0.0.1', '10.0.0.2'])
  })

  it.each(['stop', 'ban'] as const)('are still in the run after %s, as connected nodes are asked', (kind) => {
    const { course, owners } = foresee({ owners: [0, 0], facts }, { kind, pnn: 1 })
    expect(course[0]?.nodes[1]?.known).toContain('10.0.0.9')
    expect(owners).toMatchObject({ '10.0.0.9': null })
  })
})

describe('a plan says what it depends on', () => {
  it('a takeover run that is due anyway', () => {
    const made: Made = { owners: [null, null, null, 0, 0, 0, 0], flags: { 2: BANNED } }
    const { assumptions, causes, owners } = foresee(made, { kind: 'unban', pnn: 2 })
    expect(causes).toEqual(['due', 'recovery', 'request'])
    expect(assumptions.join()).toMatch(
      /^the cluster is not at rest: a takeover run that moves \d addresses is due, and is assumed to come first\. If it does not, the result differs/,
    )
    // What only describes a cluster has one run.
    const described = foresee(made, { kind: 'up', pnn: 2 })
    expect(described.causes).toEqual(['request'])
    expect(described.owners).not.toEqual(owners)
    expect(described.assumptions.at(-1)).toMatch(
      /^the cluster is not at rest: even as it is, a takeover run would move \d addresses\. If it does so first, the result differs/,
    )
    // A run that only balances is not due. Where it does not change the result, there is no note.
    const balancing: Made = { owners: [0, 0, 0], tunables: { IPAllocAlgorithm: 0 } }
    const disabled = foresee(balancing, { kind: 'disable', pnn: 2 })
    expect({ causes: disabled.causes, assumptions: disabled.assumptions }).toEqual({ causes: ['request'], assumptions: [] })
  })

  const withEvents = (event: string, result: number): Made => ({
    owners: [0, 1, 2],
    facts: {
      1: {
        host: {
          reachedBy: 'ssh node1',
          daemonAnswers: true,
          events: [{ event, scripts: [{ name: '10.interface', begin: 1, end: 2, result, output: '' }] }],
        },
      },
    },
  })

  it.each([
    ['releaseip', { kind: 'disable', pnn: 1 }, 'if it fails again, the run fails, and no address is taken over'],
    ['takeip', { kind: 'down', pnn: 2 }, 'if it fails again, the run fails, and what it was to take stays without owner'],
    ['ipreallocated', { kind: 'stop', pnn: 2 }, 'the run counts as failed, although the addresses have moved'],
  ] as const)('scripts of %s that failed the last time', (event, edit, consequence) => {
    // With two nodes left, one address goes to node 0 or to node 1.
    const made = { ...withEvents(event, 1), owners: event === 'takeip' ? [0, 0, 1, 2] : [0, 1, 2] }
    const { assumptions, neededEvents } = foresee(made, edit)
    expect(assumptions.join()).toContain(`event ${event} failed on node 1 the last time (10.interface ended with status 1)`)
    expect(assumptions.join()).toContain(consequence)
    expect(neededEvents).toContainEqual({ pnn: 1, event, last: 'failed', failure: '10.interface ended with status 1' })
    expect(foresee({ ...withEvents(event, 0), owners: made.owners }, edit).assumptions).toEqual([])
  })

  it('only scripts that the runs need', () => {
    const { assumptions, neededEvents } = foresee(withEvents('takeip', 1), { kind: 'disable', pnn: 1 })
    expect(assumptions).toEqual([])
    expect(neededEvents.find(({ pnn, event }) => pnn === 1 && event === 'takeip')).toBeUndefined()
  })

  it('an address that the scripts cannot release', () => {
    const held = { maskBits: 24, secondary: false, scope: 'global', dynamic: false, tentative: false, dadFailed: false }
    const host = {
      publicAddressesFile: '10.0.0.1/24 eth1\n',
      version: '4.25.0',
      links: [{ name: 'eth1', up: true, carrier: true, altnames: [], parent: 'if8' }],
      addresses: [{ ...held, address: '10.0.0.1', interfaceName: 'eth1', validSeconds: null }],
    }
    const { assumptions } = foresee(withDeadNode({ owners: [0, 1] }, host), { kind: 'start', pnn: 2 })
    expect(assumptions.at(-1)).toBe(
      'the kernel of node 2 has 10.0.0.1 on eth1, where the scripts of this version do not find it: as long as it is there, takeover runs fail',
    )
    const older = foresee(withDeadNode({ owners: [0, 1] }, { ...host, version: '4.17.12' }), { kind: 'start', pnn: 2 })
    expect(older.assumptions.length).toBe(1)
  })
})

describe('refuses', () => {
  const start = { kind: 'start', pnn: 2 } as const
  it.each<[string, Snapshot, readonly Edit[], string]>([
    ['unban of a node that is not banned', makeSnapshot({ owners: [0] }), [{ kind: 'unban', pnn: 1 }], 'node 1 is not banned'],
    [
      'continue of one that is not stopped',
      makeSnapshot({ owners: [0] }),
      [{ kind: 'continue', pnn: 1 }],
      'node 1 is not stopped',
    ],
    [
      'unban of a dead node',
      withDeadNode({ owners: [0] }),
      [{ kind: 'unban', pnn: 2 }],
      'node 2 is DISCONNECTED|UNHEALTHY|INACTIVE',
    ],
    ['start of one whose daemon answers', makeSnapshot({ owners: [0] }), [start], 'node 2 cannot be started: its daemon answers'],
    [
      'start of one that is connected',
      makeSnapshot({ owners: [0], facts: { 2: { known: undefined, runState: undefined } } }),
      [start],
      'node 2 cannot be started: it is connected, so its daemon runs',
    ],
    [
      'start with a file that ctdbd rejects',
      withDeadNode({ owners: [0] }, { publicAddressesFile: 'nonsense\n' }),
      [start],
      'ctdbd on node 2 would reject its public addresses file, and end: line 1: "nonsense" is not an IP address',
    ],
    [
      'start with an interface that the node lacks',
      withDeadNode({ owners: [0] }, { publicAddressesFile: '10.0.0.1/24 eth9\n', links: [] }),
      [start],
      'ctdbd on node 2 would reject its public addresses file, and end: the node has no interface eth9',
    ],
    [
      'start with a value in ctdb.conf that ctdbd rejects',
      withDeadNode({ owners: [0] }, { configFile: '[legacy]\nstart as stopped = maybe\n' }),
      [start],
      'ctdbd on node 2 would reject its ctdb.conf, and end: line 2: "start as stopped = maybe"',
    ],
    [
      'start with a nodes file that ctdbd rejects',
      withDeadNode({ owners: [0] }, { nodesFile: '10.9.0.1\nnode2.example.com\n' }),
      [start],
      'ctdbd on node 2 would reject its nodes file, and end: line 2: "node2.example.com"',
    ],
    [
      'a node that would be both',
      makeSnapshot({ owners: [0], flags: { 1: STOPPED } }),
      [
        { kind: 'continue', pnn: 1 },
        { kind: 'stop', pnn: 1 },
      ],
      'node 1 would be both stopped and continued',
    ],
    [
      'the death of a node that is started',
      withDeadNode({ owners: [0] }),
      [start, { kind: 'down', pnn: 2 }],
      'node 2 would be both down and started',
    ],
    [
      'the start of a node that is up',
      withDeadNode({ owners: [0] }),
      [start, { kind: 'up', pnn: 2 }],
      'node 2 would be both started and up',
    ],
  ])('%s', (_what, now, edits, reason) => {
    expect(() => planWhatIf(now, edits)).toThrow(`impossible what-if: ${reason}`)
  })
})
