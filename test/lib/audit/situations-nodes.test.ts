import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { planTakeover } from '../../../src/lib/takeover/plan.ts'
import {
  findingIn,
  healthyCluster,
  heldAddress,
  hostIn,
  ownerIn,
  rootIdsIn,
  withAll,
  withFacts,
  withFlags,
  withHeld,
  withHost,
  withHosts,
} from '../../support/audit-cluster.ts'

// Situations around the states of nodes that administrators have reported publicly, and their neighbours.

const good = healthyCluster()
const ADDRESS = '10.0.0.1'
const OWNER = ownerIn(good, ADDRESS)
const OTHER = (OWNER + 1) % 3

const withEach = (snapshot: Snapshot, flag: number): Snapshot =>
  [0, 1, 2].reduce((changed, pnn) => withFlags(changed, pnn, flag), snapshot)
const withoutAddress = (snapshot: Snapshot, pnn: number): Snapshot =>
  withHost(snapshot, pnn, ({ addresses }) => ({ addresses: addresses?.filter(({ address }) => address !== ADDRESS) }))
/** As ctdb.conf says it on one node. */
const withoutFailover = (snapshot: Snapshot, pnn: number): Snapshot =>
  withHost(snapshot, pnn, ({ configFile }) => ({ configFile: `${configFile}[failover]\n  disabled = true\n` }))

describe('a node that starts and is inactive', () => {
  /** By its own word: the others may not know yet. */
  const starting = (runState: 'SETUP' | 'FIRST_RECOVERY' | 'STARTUP', flag: number): Snapshot =>
    withFacts(good, 1, ({ nodeMap = [] }) => ({
      runState,
      available: [],
      nodeMap: nodeMap.map((entry) => (entry.pnn === 1 ? { ...entry, flags: flag | NODE_FLAG.UNHEALTHY } : entry)),
    }))

  it.each([
    ['SETUP', NODE_FLAG.STOPPED, /^Nothing until the node is continued: a stopped node takes no part in recoveries/],
    ['FIRST_RECOVERY', NODE_FLAG.STOPPED, /^Nothing until the node is continued: /],
    ['STARTUP', NODE_FLAG.STOPPED, /^Nothing until the node is continued: CTDB does not run the startup event on a stopped node/],
    ['STARTUP', NODE_FLAG.BANNED, /^Nothing until its ban has ended: CTDB does not run the startup event on a banned node/],
  ] as const)('does not go on by itself (%s, %i)', (runState, flag, outlook) => {
    expect(findingIn(starting(runState, flag), 'node-not-running').outlook).toMatch(outlook)
  })

  it('does not run a startup event again that failed', () => {
    const failed = withHost(starting('STARTUP', NODE_FLAG.STOPPED), 1, ({ events = [] }) => ({
      events: events.map(({ event, scripts }) => ({
        event,
        scripts: scripts.map((run) => ({ ...run, result: event === 'startup' ? 1 : 0 })),
      })),
    }))
    expect(findingIn(failed, 'script-failing').outlook).toMatch(/^Nothing until the node is continued: /)
  })
})

describe('nodes that are all inactive', () => {
  it('lack no leader: they elect none', () => {
    const recmaster: Snapshot = { ...withEach(good, NODE_FLAG.STOPPED), leader: { pnn: 0, era: 'recmaster' } }
    expect(new Set(rootIdsIn(recmaster))).toEqual(new Set(['ip-unhostable']))
  })
})

describe('nodes that are all disabled, up to 4.8', () => {
  const old: Snapshot = {
    ...withHosts(good, () => ({ version: '4.4.5' })),
    leader: { pnn: 0, era: 'recmaster' },
  }
  const disabled = (value: number): Snapshot => {
    const nodeMap = old.nodeMap.map((entry) => ({ ...entry, flags: NODE_FLAG.DISABLED }))
    return withAll({ ...old, nodeMap }, ({ tunables }) => ({ nodeMap, tunables: { ...tunables, NoIPHostOnAllDisabled: value } }))
  }

  it('keep their addresses, unless NoIPHostOnAllDisabled is set', () => {
    expect(rootIdsIn(disabled(0))).toEqual([])
    expect(rootIdsIn(disabled(1))).toContain('ip-on-inactive-node')
  })
})

describe('failover that is turned off', () => {
  it('on the leader makes takeover runs do nothing, so that none is advised', () => {
    const missing = withoutAddress(withoutFailover(good, 0), OWNER)
    expect(findingIn(missing, 'ip-missing').remedy).toMatch(
      /A takeover run does nothing as long as failover is turned off on the leader, node 0: see failover-off\.$/,
    )
    expect(findingIn(missing, 'ip-missing').remedy).not.toMatch(/ipreallocate/)
  })

  it('on the leader makes a plan of a takeover run one of a run that is not made', () => {
    const { failures } = planTakeover(withoutFailover(good, 0))
    expect(failures).toEqual(['the leader, node 0, makes none, as its ctdb.conf turns failover off'])
    expect(planTakeover(withoutFailover(good, 1)).failures).toEqual([])
  })

  it('on a node keeps it from looking, until a run is made for another reason', () => {
    const cluster = healthyCluster({ leader: OTHER })
    expect(findingIn(withoutAddress(withoutFailover(cluster, OWNER), OWNER), 'ip-missing').outlook).toMatch(
      /^Nothing until the next takeover run: failover is disabled on node \d\. With the next takeover run, the address is in the kernel/,
    )
  })

  it('on a node lets it keep its addresses when it is stopped', () => {
    const stopped = withHeld(
      withoutFailover(withFlags(good, OTHER, NODE_FLAG.STOPPED), OTHER),
      OTHER,
      heldAddress(ADDRESS, 24, 'eth1'),
    )
    expect(findingIn(stopped, 'ip-on-inactive-node').outlook).toMatch(
      /^Nothing until the next takeover run: failover is turned off on node/,
    )
    const recovering = withAll(stopped, () => ({ recoveryMode: 1 }))
    const { claims } = findingIn(recovering, 'recovery-stuck')
    expect(claims.find(({ kind }) => kind === 'all-released')).toMatchObject({ pnns: [0, 1, 2].filter((pnn) => pnn !== OTHER) })
    const everywhere = [0, 1, 2].reduce(
      withoutFailover,
      withAll(good, () => ({ recoveryMode: 1 })),
    )
    expect(findingIn(everywhere, 'recovery-stuck').claims.map(({ kind }) => kind)).not.toContain('all-released')
  })
})

describe('NoIPTakeover on the leader', () => {
  it('does not make nodes unable to host an address', () => {
    const kept = withFlags(
      withFacts(good, 0, ({ tunables }) => ({ tunables: { ...tunables, NoIPTakeover: 1 } })),
      1,
      NODE_FLAG.DISABLED,
    )
    const { message, outlook } = findingIn(kept, 'ip-unhostable')
    expect(message).toMatch(/and the leader gives it to none$/)
    expect(outlook).toBe('Nothing until failover is turned on again, or node 0 is no longer the leader.')
  })
})

describe('ip_nonlocal_bind=1', () => {
  it('leaves open whether a takeover run adds an address that CTDB believes to be there', () => {
    const bound = withHost(withoutAddress(good, OWNER), OWNER, () => ({ nonlocalBind: { ipv4: true, ipv6: false } }))
    const { claims, outlook } = findingIn(bound, 'ip-missing')
    expect(claims.map(({ kind }) => kind)).toEqual(['stays', 'unknown'])
    expect(outlook).toMatch(/^Nothing until the next takeover run: with ip_nonlocal_bind=1 /)
  })
})

describe('an interface on a node where no script looks at it', () => {
  const down = withHost(good, 1, ({ links = [] }) => ({
    links: links.map((link) => (link.name === 'eth1' ? { ...link, carrier: false } : link)),
  }))
  const { links = [] } = hostIn(good, 1)
  const absent = { links: links.filter(({ name }) => name !== 'eth1') }

  it.each([
    ['file-missing', { publicAddressesFile: null }],
    ['script-not-enabled', { enabledScripts: ['00.ctdb'] }],
  ] as const)('keeps the state that its daemon believes in: %s', (id, change) => {
    const unlooked = withHost(down, 1, () => change)
    expect(rootIdsIn(unlooked)).toEqual([id])
    const { outlook, remedy } = findingIn(unlooked, 'iface-link-mismatch')
    expect(outlook).toMatch(/^Nothing: 10\.interface .*, and nothing else looks at links\.$/)
    expect(remedy).toBe(`See ${id} first. Repair the link.`)
  })

  it('may be absent without making the node unhealthy', () => {
    const outlookOf = (snapshot: Snapshot) => findingIn(snapshot, 'iface-absent').outlook
    expect(outlookOf(withHost(good, 1, () => ({ ...absent, enabledScripts: ['00.ctdb'] })))).toMatch(
      /10\.interface is not enabled there/,
    )
    expect(
      outlookOf(
        withFlags(
          withHost(good, 1, () => absent),
          1,
          NODE_FLAG.STOPPED,
        ),
      ),
    ).toMatch(/does not monitor an inactive node/)
  })
})

describe('a node that has just started, and whose kernel has an address of another', () => {
  it('is reached by no takeover run before it is connected', () => {
    const nodeMap = good.nodeMap.map((entry) => (entry.pnn === OTHER ? { ...entry, flags: NODE_FLAG.DISCONNECTED } : entry))
    const own = good.nodeMap.map((entry) => ({ ...entry, flags: entry.pnn === OTHER ? 0 : NODE_FLAG.DISCONNECTED }))
    const changed = withAll({ ...good, nodeMap }, ({ pnn }) =>
      pnn === OTHER ? { nodeMap: own, runState: 'FIRST_RECOVERY' } : { nodeMap },
    )
    const held = withHeld(changed, OTHER, heldAddress(ADDRESS, 24, 'eth1'))
    const asked = { ...held, askedNode: OWNER, leader: { ...held.leader, pnn: OWNER } }
    const heard = withAll(asked, ({ pnn }) => ({ leaders: pnn === OTHER ? [] : [OWNER] }))
    const { outlook, remedy } = findingIn(heard, 'ip-on-inactive-node', OTHER)
    expect(outlook).toMatch(/^Nothing until the node is connected again: no takeover run reaches a node that is disconnected/)
    expect(remedy).not.toMatch(/ipreallocate/)
  })
})
