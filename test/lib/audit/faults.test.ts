import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { CHECKS } from '../../../src/lib/audit/registry.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { HostAddress, HostLock } from '../../../src/lib/snapshot/host-facts.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import {
  ADDRESSES,
  healthyCluster,
  heldAddress,
  hostIn,
  lockOn,
  ownerIn,
  placedAnew,
  withAll,
  withFacts,
  withFlags,
  withHeld,
  withHost,
  withHosts,
  withoutDaemon,
  withoutNode,
} from '../../support/audit-cluster.ts'

const good = healthyCluster()
const A = '10.0.0.1'
const owner = ownerIn(good, A)
const other = (owner + 1) % 3

const drop = (snapshot: Snapshot, pnn: number, address: string): Snapshot =>
  withHost(snapshot, pnn, ({ addresses = [] }) => ({ addresses: addresses.filter((held) => held.address !== address) }))
const alter = (snapshot: Snapshot, pnn: number, address: string, change: Partial<HostAddress>): Snapshot =>
  withHost(snapshot, pnn, ({ addresses = [] }) => ({
    addresses: addresses.map((held) => (held.address === address ? { ...held, ...change } : held)),
  }))
const believe = (snapshot: Snapshot, pnn: number, address: string, belief: number | null): Snapshot =>
  withFacts(snapshot, pnn, ({ known = [] }) => ({
    known: known.map((each) =>
      each.address === address ? { ...each, owner: belief, activeInterface: belief === pnn ? 'eth1' : null } : each,
    ),
  }))
const everybodyBelieves = (snapshot: Snapshot, address: string, belief: number | null): Snapshot =>
  [0, 1, 2].reduce((changed, pnn) => believe(changed, pnn, address, belief), snapshot)
const nowhere = (snapshot: Snapshot, address: string): Snapshot =>
  drop(everybodyBelieves(snapshot, address, null), ownerIn(snapshot, address), address)
const file = (snapshot: Snapshot, pnn: number, edit: (text: string) => string): Snapshot =>
  withHost(snapshot, pnn, ({ publicAddressesFile }) => ({ publicAddressesFile: edit(publicAddressesFile ?? '') }))
const files = (snapshot: Snapshot, edit: (text: string) => string): Snapshot =>
  [0, 1, 2].reduce((changed, pnn) => file(changed, pnn, edit), snapshot)
const failing = (snapshot: Snapshot, pnn: number, event: string, result: number, output = ''): Snapshot =>
  withHost(snapshot, pnn, ({ events = [] }) => ({
    events: events.map((run) =>
      run.event === event
        ? {
            ...run,
            scripts: run.scripts.map((script) => (script.name === '10.interface' ? { ...script, result, output } : script)),
          }
        : run,
    ),
  }))
const released = (snapshot: Snapshot, pnn: number): Snapshot =>
  ADDRESSES.reduce((changed, address) => drop(changed, pnn, address), snapshot)
const sixIpv6 = ['fd00::1', 'fd00::2', 'fd00::3']
const ipv6 = healthyCluster({ addresses: sixIpv6 })

const RADOS = '!/usr/libexec/ctdb/ctdb_mutex_ceph_rados_helper ceph client.x pool lock'
/** A helper on all nodes, with what is found of it on one. */
const withLock = (snapshot: Snapshot, pnn: number, lock: HostLock): Snapshot =>
  withHost(
    withAll(snapshot, ({ host }) => (host ? { host: { ...host, lock: { setting: lock.setting } } } : {})),
    pnn,
    () => ({ lock }),
  )

/** One fault each, the ids of the findings that stand for themselves, and, where it matters, those that follow. */
const faults: readonly (readonly [fault: string, cluster: Snapshot, roots: readonly string[], effects?: readonly string[]])[] = [
  ['an address removed from its kernel', drop(good, owner, A), ['ip-missing']],
  [
    'an address that nobody owns, left in a kernel',
    // On a cluster without failover, so that nobody is to take it.
    withHeld(
      nowhere(
        withAll(good, ({ tunables }) => ({ tunables: { ...tunables, NoIPTakeover: 1 } })),
        A,
      ),
      other,
      heldAddress(A, 24, 'eth1', true),
    ),
    ['failover-off', 'ip-rogue'],
    ['ip-unhostable'],
  ],
  [
    'an address that only others know, in a kernel',
    withHeld(withoutKnowledge(good, other, A), other, heldAddress(A, 24, 'eth1', true)),
    ['ip-duplicate-kernel'],
    ['ip-rogue'],
  ],
  [
    'an address in a second kernel',
    withHeld(good, other, heldAddress(A, 24, 'eth1', true)),
    ['ip-duplicate-kernel'],
    ['ip-rogue'],
  ],
  [
    'an address that two nodes claim and have',
    withHeld(believe(good, other, A, other), other, heldAddress(A, 24, 'eth1', true)),
    ['ip-duplicate-claim'],
    ['ip-duplicate-kernel'],
  ],
  ['an address that two nodes claim and one has', believe(good, other, A, other), ['ip-duplicate-claim'], ['ip-missing']],
  ['an address that nobody has', nowhere(good, A), ['ip-unhosted'], ['imbalance']],
  [
    'an address that nobody has and all believe elsewhere',
    drop(believe(good, owner, A, other), owner, A),
    ['ip-unhosted'],
    ['imbalance', 'ip-stale-view'],
  ],
  [
    'an address that no node can host',
    withAll(nowhere(good, A), ({ available = [] }) => ({ available: available.filter((each) => each !== A) })),
    ['ip-unhostable'],
  ],
  ['a node that is behind', believe(good, other, A, null), ['ip-stale-view']],
  [
    'an address on a stopped node',
    withHeld(withFlags(good, owner, NODE_FLAG.STOPPED), owner, heldAddress(A, 24, 'eth1')),
    ['ip-on-inactive-node'],
    ['ip-duplicate-kernel'],
  ],
  [
    'an address on a disabled node',
    withHeld(withFlags(good, owner, NODE_FLAG.DISABLED), owner, heldAddress(A, 24, 'eth1')),
    ['ip-on-inactive-node'],
    ['ip-duplicate-kernel'],
  ],
  [
    'an address left by a daemon that died',
    withHeld(released(withoutDaemon(good, owner), owner), owner, heldAddress(A, 24, 'eth1')),
    ['ip-on-dead-daemon'],
    ['ip-duplicate-kernel', 'node-disconnected'],
  ],
  ['a daemon that died and left nothing', released(withoutDaemon(good, 2), 2), ['node-disconnected']],
  ['a node that is cut off', withoutNode(good, 2), ['node-disconnected']],
  ['a node that has lost its private address', drop(good, 2, '10.9.0.3'), ['private-ip-missing']],
  [
    'a daemon that died on a node without its private address',
    drop(withoutDaemon(good, owner), owner, `10.9.0.${owner + 1}`),
    ['private-ip-missing'],
    ['ip-on-dead-daemon', 'node-disconnected', 'ip-duplicate-kernel'],
  ],
  ['an address that one node only knows', lonely(), ['ip-single-node']],
  ['an address on another interface', alter(good, owner, A, { interfaceName: 'eth0', secondary: false }), ['ip-wrong-interface']],
  ['another mask in the kernel', alter(good, owner, A, { maskBits: 16 }), ['ip-wrong-mask']],
  ['an address on two interfaces', withHeld(good, owner, heldAddress(A, 24, 'eth0')), ['ip-twice-on-node']],
  ['a tentative address', alter(ipv6, ownerIn(ipv6, 'fd00::1'), 'fd00::1', { tentative: true }), ['ip-dad-failed']],
  ['an address refused by the network', alter(ipv6, ownerIn(ipv6, 'fd00::1'), 'fd00::1', { dadFailed: true }), ['ip-dad-failed']],
  ['a dynamic address', alter(good, owner, A, { dynamic: true, validSeconds: 3_600 }), ['ip-foreign-manager']],
  ['an address with a lifetime', alter(good, owner, A, { validSeconds: 3_600 }), ['ip-foreign-manager']],
  [
    'a cable pulled',
    withHost(good, 1, ({ links = [] }) => ({
      links: links.map((link) => (link.name === 'eth1' ? { ...link, carrier: false } : link)),
    })),
    ['iface-link-mismatch'],
  ],
  [
    'a link that the daemon does not see',
    withFacts(good, 1, () => ({ interfaces: [{ name: 'eth1', linkUp: false, references: 2 }] })),
    ['iface-link-mismatch'],
  ],
  [
    'an interface that is gone',
    failing(
      withHost(good, 1, ({ links = [] }) => ({ links: links.filter(({ name }) => name !== 'eth1') })),
      1,
      'monitor',
      1,
      'ERROR: interface eth1 does not exist',
    ),
    ['iface-absent'],
    ['script-failing'],
  ],
  ['a line added and not loaded', files(good, (text) => `${text}10.0.0.77/24 eth1\n`), ['file-not-loaded']],
  ['a line taken out and not loaded', file(good, 1, (text) => text.replace('10.0.0.3/24 eth1\n', '')), ['file-not-loaded']],
  ['a file that is gone', withHost(good, 1, () => ({ publicAddressesFile: null })), ['file-missing']],
  [
    'a mask edited on its owner',
    file(good, owner, (text) => text.replace(`${A}/24`, `${A}/16`)),
    ['file-mask-iface-change'],
    ['file-cross-node', 'ip-wrong-mask'],
  ],
  [
    'interfaces edited on one node',
    withHost(
      file(good, other, (text) => text.replace(`${A}/24 eth1`, `${A}/24 eth1,eth0`)),
      other,
      () => ({}),
    ),
    ['file-mask-iface-change'],
    ['file-cross-node'],
  ],
  [
    'a mask that differs on a node that does not hold it',
    file(good, other, (text) => text.replace(`${A}/24`, `${A}/16`)),
    ['file-cross-node'],
  ],
  ['a line without mask', file(good, 1, (text) => text.replace(`${A}/24`, A)), ['file-lint'], ['file-not-loaded']],
  ['a line twice', file(good, 1, (text) => `${text}${A}/24 eth1\n`), ['file-lint']],
  ['a file that ends without a newline', file(good, 1, (text) => text.trimEnd()), ['file-lint']],
  [
    'a node taken out of a nodes file',
    withFacts(good, 1, ({ nodesFile = [] }) => ({
      nodesFile: nodesFile.filter(({ pnn }) => pnn !== 0).map((entry, pnn) => ({ ...entry, pnn })),
    })),
    ['nodes-file-drift'],
  ],
  [
    'a public address that is private',
    healthyCluster({ addresses: [...ADDRESSES, '10.9.0.2'] }),
    ['public-private-overlap'],
    ['ip-duplicate-kernel', 'ip-rogue', 'known-bug'],
  ],
  [
    'public addresses in the private network',
    healthyCluster({ addresses: ['10.9.0.101', '10.9.0.102', '10.9.0.103'] }),
    ['public-private-overlap'],
    ['known-bug'],
  ],
  ['10.interface disabled', withHost(good, 1, () => ({ enabledScripts: ['00.ctdb'] })), ['script-not-enabled']],
  ['a takeip that failed', failing(good, 1, 'takeip', 1, 'Failed to add 10.0.0.3\n'), ['script-failing']],
  [
    'a monitor event that timed out',
    failing(withFlags(good, 1, NODE_FLAG.UNHEALTHY), 1, 'monitor', -62),
    ['script-failing'],
    ['node-unhealthy'],
  ],
  ['a tunable set on one node', withFacts(good, 1, ({ tunables }) => ({ tunables: { ...tunables, TakeoverTimeout: 5 } })), []],
  [
    'a tunable that differs',
    withFacts(
      withAll(good, ({ tunables }) => ({ tunables: { ...tunables, MonitorInterval: 15 } })),
      1,
      ({ tunables }) => ({ tunables: { ...tunables, MonitorInterval: 5 } }),
    ),
    ['tunables-differ'],
  ],
  [
    'NoIPFailback where it does nothing',
    healthyCluster({ tunables: { IPAllocAlgorithm: 0, NoIPFailback: 1 } }),
    ['tunable-ineffective'],
  ],
  ['home nodes that nothing reads', withHosts(good, () => ({ homeNodesFile: '10.0.0.1 1\n' })), ['home-nodes-unused']],
  [
    'home nodes that nothing can read',
    withHosts(healthyCluster({ tunables: { IPAllocAlgorithm: 0 } }), () => ({ homeNodesFile: '# none\n#', version: '4.20.0' })),
    ['home-nodes-lint', 'known-bug'],
  ],
  [
    'home nodes on one node',
    withHosts(healthyCluster({ tunables: { IPAllocAlgorithm: 0 } }), ({ hostname }) => ({
      version: '4.20.0',
      homeNodesFile: hostname === 'node1' ? '10.0.0.1 1\n' : null,
    })),
    ['home-nodes-differ', 'known-bug'],
  ],
  [
    'an obsolete tunable',
    withAll(good, ({ tunables }) => ({ tunables: { ...tunables, DeterministicIPs: 1 } })),
    ['tunable-ineffective'],
  ],
  ['NoIPTakeover', withAll(good, ({ tunables }) => ({ tunables: { ...tunables, NoIPTakeover: 1 } })), ['failover-off']],
  [
    'NoIPTakeover on the leader alone',
    withFacts(good, 0, ({ tunables }) => ({ tunables: { ...tunables, NoIPTakeover: 1 } })),
    ['failover-off'],
    ['tunables-differ'],
  ],
  [
    'NoIPTakeover on another node alone',
    withFacts(good, 1, ({ tunables }) => ({ tunables: { ...tunables, NoIPTakeover: 1 } })),
    ['tunables-differ'],
  ],
  [
    'failover disabled in a file',
    withHost(good, 1, () => ({ configFile: '[Failover]\n  # off\n  disabled = Yes\n' })),
    ['failover-off'],
  ],
  [
    'settings in the form of old versions',
    withHost(good, 1, ({ configFile }) => ({ configFile: `CTDB_LOGGING=syslog\n${configFile}` })),
    ['config-old-style'],
  ],
  [
    'a setting that CTDB rejects',
    withHost(good, 1, ({ configFile }) => ({ configFile: `${configFile}leader timeout = never\n` })),
    ['config-invalid'],
  ],
  [
    'no leader',
    { ...withAll(good, () => ({ leaders: [] })), leader: { pnn: null, era: 'leader' } },
    ['leader-disagreement'],
    ['known-bug'],
  ],
  ['two leaders', withFacts(good, 2, () => ({ leaders: [0, 2] })), ['leader-disagreement']],
  ['a node that hears another leader', withFacts(good, 2, () => ({ leaders: [2] })), ['leader-disagreement']],
  ['a node that knows no leader', withFacts(good, 2, () => ({ leaders: [0xffff_ffff] })), ['leader-disagreement']],
  ['a cluster that is split', split(), ['cluster-split'], ['imbalance', 'ip-duplicate-claim', 'ip-duplicate-kernel']],
  ['a recovery that does not end', withAll(good, () => ({ recoveryMode: 1 })), ['recovery-stuck']],
  ['an invalid generation', withFacts(good, 1, () => ({ vnnMap: { generation: 1, map: [0, 1, 2] } })), ['recovery-stuck']],
  [
    'recoveries that follow one another',
    withAll(good, ({ times }) => ({
      recentRecoveries: { count: 5, seconds: 100 },
      ...(times && { times: { ...times, lastRecoveryStarted: times.now - 9, lastRecoveryFinished: times.now - 8 } }),
    })),
    ['recovery-repeated'],
  ],
  ['different VNN maps', withFacts(good, 1, () => ({ vnnMap: { generation: 712_345, map: [0, 2] } })), ['recovery-stuck']],
  [
    'a node that sees another as unhealthy',
    withFacts(good, 2, ({ nodeMap = [] }) => ({
      nodeMap: nodeMap.map((entry) => (entry.pnn === 1 ? { ...entry, flags: NODE_FLAG.UNHEALTHY } : entry)),
    })),
    ['flags-disagreement'],
  ],
  [
    'a node that does not come up',
    placedAnew(withFacts(good, 1, () => ({ runState: 'STARTUP', available: [] }))),
    ['node-not-running'],
  ],
  ['a banned node', withFacts(withFlags(good, 1, NODE_FLAG.BANNED), 1, () => ({ banSeconds: 297 })), ['node-banned']],
  ['an unhealthy node of which no script failed', withFlags(good, 1, NODE_FLAG.UNHEALTHY), ['node-unhealthy']],
  ['no cluster lock', withAll(good, () => ({ clusterLock: '' })), ['cluster-lock']],
  ['another cluster lock', withFacts(good, 1, () => ({ clusterLock: '/elsewhere' })), ['cluster-lock']],
  [
    'a cluster lock on the disks of the nodes',
    withAll(good, ({ host, pnn }) => (host ? { host: { ...host, lock: lockOn('xfs', '/dev/sda1', '9', `boot ${pnn}`) } } : {})),
    ['lock-not-shared'],
  ],
  [
    'a helper that is not installed',
    withLock(
      withAll(good, () => ({ clusterLock: RADOS })),
      1,
      { setting: RADOS, isHelperAbsent: true },
    ),
    ['lock-missing'],
  ],
  [
    'another program that keeps the cluster lock',
    withHost(good, 1, ({ lock }) => ({
      lock: lock?.place && { ...lock, place: { ...lock.place, holders: [{ pid: 7, name: 'tar' }] } },
    })),
    ['lock-held'],
  ],
  [
    'a port that a packet filter closes',
    withHost(good, 1, ({ connections = [] }) => ({
      connections: connections.map((each) =>
        each.peer.address === '10.9.0.1' && each.peer.port === 4379 ? { ...each, state: 'SYN-SENT' } : each,
      ),
    })),
    ['private-port'],
  ],
  [
    'a cluster lock that takes seconds',
    withFacts(good, 1, ({ lockLatency }) => ({
      lockLatency: lockLatency && { ...lockLatency, test: { count: 3, mean: 1.2, max: 2.5 } },
    })),
    ['lock-slow'],
  ],
  ['another version', withHost(good, 1, () => ({ version: '4.19.4' })), ['version-skew']],
  ['ip_nonlocal_bind', withHost(good, 1, () => ({ nonlocalBind: { ipv4: true, ipv6: false } })), ['nonlocal-bind']],
  ['no promotion of secondaries', withHost(good, 1, () => ({ promoteSecondaries: ['lo'] })), ['promote-secondaries']],
  ['a leftover DROP rule', withHost(good, owner, () => ({ drops: [{ interfaceName: 'eth1', address: A }] })), ['leftover-drop']],
  [
    'a clock that is wrong',
    withFacts(good, 1, ({ times }) => (times ? { times: { ...times, now: times.now + 7 } } : {})),
    ['clock-drift'],
  ],
  ['an address moved by hand to an empty node', crowded(), ['imbalance']],
]

/** A node that has never heard of an address, nor its file. */
function withoutKnowledge(snapshot: Snapshot, pnn: number, address: string): Snapshot {
  const forgotten = withFacts(snapshot, pnn, ({ known = [], available = [] }) => ({
    known: known.filter((each) => each.address !== address),
    available: available.filter((each) => each !== address),
  }))
  return withHost(forgotten, pnn, ({ publicAddressesFile }) => ({
    publicAddressesFile: (publicAddressesFile ?? '').replace(`${address}/24 eth1\n`, ''),
  }))
}

function lonely(): Snapshot {
  return [0, 1, 2].filter((pnn) => pnn !== owner).reduce((changed, pnn) => withoutKnowledge(changed, pnn, A), good)
}

/** All addresses on node 0, which only a takeover run would even out. */
function crowded(): Snapshot {
  const alone = [1, 2].reduce((changed, pnn) => withFlags(changed, pnn, NODE_FLAG.STOPPED), good)
  const { nodeMap } = good
  return withAll({ ...alone, nodeMap }, () => ({ nodeMap, available: ADDRESSES }))
}

/** Node 0, which was asked, on one side; the others on the other, with addresses of their own word. */
function split(): Snapshot {
  const sees = (pnns: readonly number[]) =>
    good.nodeMap.map((entry) => ({ ...entry, flags: pnns.includes(entry.pnn) ? 0 : NODE_FLAG.DISCONNECTED }))
  const everywhere = [...ADDRESSES].reduce((changed, address) => {
    const claimed = believe(changed, 0, address, 0)
    return ownerIn(good, address) === 0 ? claimed : withHeld(claimed, 0, heldAddress(address, 24, 'eth1', true))
  }, good)
  const sides = withAll(everywhere, ({ pnn }) => ({
    nodeMap: sees(pnn === 0 ? [0] : [1, 2]),
    leaders: [pnn === 0 ? 0 : 1],
    vnnMap: pnn === 0 ? { generation: 7, map: [0] } : { generation: 8, map: [1, 2] },
  }))
  return { ...sides, nodeMap: sees([0]) }
}

describe('an audit', () => {
  const rows = faults.map(([fault, cluster, roots, effects = []]) => ({ fault, cluster, roots, effects }))
  it.each(rows)('names $fault, and nothing else', ({ cluster, roots, effects }) => {
    const { findings } = auditSamples([cluster, cluster])
    const ids = (list: typeof findings) => [...new Set(list.map(({ id }) => id))].toSorted()
    expect({
      roots: ids(findings.filter(({ causedBy }) => causedBy === undefined)),
      effects: ids(findings.filter(({ causedBy }) => causedBy !== undefined)),
      states: [...new Set(findings.map(({ state }) => state))],
    }).toEqual({ roots: [...roots].toSorted(), effects: [...effects].toSorted(), states: roots.length > 0 ? ['real'] : [] })
  })

  it('has a fault for each check', () => {
    const named = new Set(faults.flatMap(([, , roots]) => roots))
    const hasOwnTest = (id: string) => existsSync(new URL(`checks/${id}.test.ts`, import.meta.url))
    expect(CHECKS.map(({ id }) => id).filter((id) => !named.has(id) && !hasOwnTest(id))).toEqual([])
  })

  it('has every field in each finding', () => {
    for (const [, cluster] of faults) {
      for (const { message, evidence, outlook, remedy } of auditSamples([cluster]).findings) {
        expect(message).not.toMatch(/undefined|null|NaN|\.$/)
        expect(evidence.length).toBeGreaterThan(0)
        expect(evidence.join('\n')).not.toMatch(/undefined|null|NaN/)
        expect(outlook).not.toBe('')
        expect(remedy).not.toBe('')
      }
    }
  })

  it('has nothing unknown when all nodes have answered', () => {
    expect(auditSamples([good, good]).unknown).toEqual([])
    expect(hostIn(good, 0).reachedBy).toBe('ssh root@node0:22')
  })
})
