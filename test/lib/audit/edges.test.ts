import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { HostFacts } from '../../../src/lib/snapshot/host-facts.ts'
import type { NodeFacts, Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import {
  ADDRESSES,
  healthyCluster,
  heldAddress,
  hostIn,
  withAll,
  withFacts,
  withFlags,
  withHost,
} from '../../support/audit-cluster.ts'

const good = healthyCluster()
const messages = (cluster: Snapshot, ...only: string[]) =>
  auditSamples([cluster, cluster], only.length > 0 ? { only } : {}).findings.map(
    ({ id, severity, message }) => `${severity} ${id}: ${message}`,
  )
const facts = (pnn: number, change: Partial<NodeFacts>) => withFacts(good, pnn, () => change)
const host = (pnn: number, change: Partial<HostFacts>) => withHost(good, pnn, () => change)

describe('there are no findings for', () => {
  const monitor = (result: number) => [
    { event: 'monitor', scripts: [{ name: '50.samba', begin: 1, end: 2, result, output: '' }] },
  ]
  const flagsSeenBy = (pnn: number, of: number, flags: number) =>
    withFacts(good, pnn, ({ nodeMap = [] }) => ({
      nodeMap: nodeMap.map((entry) => (entry.pnn === of ? { ...entry, flags } : entry)),
    }))
  const fresh: Snapshot = withFacts(flagsSeenBy(2, 1, NODE_FLAG.UNHEALTHY), 2, () => ({ runState: 'FIRST_RECOVERY' }))

  const fine: readonly (readonly [what: string, cluster: Snapshot, ...only: string[]])[] = [
    ['a script that is disabled', host(1, { events: monitor(-8) })],
    ['events that never ran', host(1, { events: [] })],
    ['enabled scripts by the names of their files', host(1, { enabledScripts: ['10.interface.script'] })],
    [
      'ip_nonlocal_bind on a version that looks at interfaces',
      withAll(good, ({ host: seen }) => ({
        host: { ...(seen as HostFacts), nonlocalBind: { ipv4: true, ipv6: true }, version: '4.25.0' },
      })),
    ],
    ['ip_nonlocal_bind of a family without public addresses', host(1, { nonlocalBind: { ipv4: false, ipv6: true } })],
    [
      'secondaries of an address that is not public',
      host(1, {
        promoteSecondaries: [],
        addresses: [
          heldAddress('10.0.0.250', 24, 'eth1'),
          ...(hostIn(good, 1).addresses ?? []).map((held) => ({ ...held, secondary: held.interfaceName === 'eth1' })),
        ],
      }),
    ],
    ['a DROP rule for what the node does not hold', host(1, { drops: [{ interfaceName: 'eth1', address: '10.0.0.250' }] })],
    ['a DROP rule on another interface', host(1, { drops: [{ interfaceName: 'eth9', address: ADDRESSES[0] ?? '' }] })],
    [
      'addresses of nobody in a kernel',
      host(1, { addresses: [...(hostIn(good, 1).addresses ?? []), heldAddress('192.0.2.1', 32, 'lo')] }),
    ],
    [
      'a nodes file that keeps a deleted node as a comment',
      withAll(good, () => ({
        nodesFile: [...good.nodeMap, { pnn: 3, address: '0.0.0.0', flags: NODE_FLAG.DELETED }],
        nodeMap: [...good.nodeMap, { pnn: 3, address: '10.9.0.4', flags: NODE_FLAG.DELETED }],
      })),
    ],
    [
      'flags that an inactive node has not heard of',
      withFlags(flagsSeenBy(2, 0, NODE_FLAG.UNHEALTHY), 2, NODE_FLAG.STOPPED),
      'ip-missing',
      'node-unhealthy',
    ],
    ['flags that a starting node has not heard of', fresh, 'flags-disagreement'],
    ['flags that are not known yet', flagsSeenBy(2, 0, NODE_FLAG.UNKNOWN)],
    [
      'a tunable that an older daemon does not have',
      withFacts(good, 1, ({ tunables = {} }) => ({
        tunables: Object.fromEntries(Object.entries(tunables).filter(([name]) => name !== 'RecoverTimeout')),
      })),
    ],
    [
      'an obsolete tunable that still worked then',
      {
        ...withAll(good, ({ tunables }) => ({ tunables: { ...tunables, LCP2PublicIPs: 0 } })),
        leader: { pnn: 0, era: 'recmaster' },
      },
    ],
    [
      'tunables of a node that takes no part',
      withFlags(facts(1, { tunables: { MonitorInterval: 3 } }), 1, NODE_FLAG.STOPPED),
      'tunables-differ',
    ],
    [
      'a cluster without public addresses',
      withAll(healthyCluster({ addresses: [] }), ({ host: seen }) => ({
        host: { ...(seen as HostFacts), enabledScripts: [], publicAddressesFile: null },
      })),
    ],
    [
      'failover that is not disabled',
      host(1, { configFile: '[failover]\ndisabled = false\n[legacy]\nstart as disabled = true\n' }),
    ],
    ['a leader before 4.16', { ...good, leader: { pnn: 0, era: 'recmaster' } }],
  ]
  it.each(fine.map(([what, cluster, ...only]) => ({ what, cluster, only })))('$what', ({ cluster, only }) => {
    expect(messages(cluster, ...only)).toEqual([])
  })
})

describe('a finding says', () => {
  it('why no node can host an address, node by node', () => {
    const stopped = withFlags(withFlags(good, 1, NODE_FLAG.STOPPED), 2, NODE_FLAG.DISABLED)
    const linkless = withFacts(stopped, 0, ({ known = [] }) => ({
      available: [],
      interfaces: [{ name: 'eth1', linkUp: false, references: 0 }],
      known: known.map((each) => ({ ...each, owner: null })),
    }))
    const { findings } = auditSamples([linkless, linkless], { only: ['ip-unhostable'] })
    expect(findings[0]?.evidence).toEqual([
      'CTDB on nodes 1 and 2: believe that node 0 owns it',
      'CTDB on node 0: believes that nobody owns it',
      'node 0 cannot: no link on eth1',
      'node 1 cannot: it is STOPPED|INACTIVE',
      'node 2 cannot: it is DISABLED',
    ])
  })

  it('what the failing script printed, and since when', () => {
    const events = [
      {
        event: 'monitor',
        scripts: [
          { name: '50.samba', begin: 1_700_000_000, end: 1_700_000_001, result: 1, output: '\nERROR: smbd is down\nb\nc\nd\n' },
        ],
      },
    ]
    const { findings } = auditSamples([host(1, { events })])
    expect(findings[0]).toMatchObject({
      message: 'node 1: event monitor failed: 50.samba ended with status 1',
      since: 1_700_000_000,
      evidence: [
        'event daemon of node 1: monitor: 50.samba ended with status 1',
        'output of 50.samba: ERROR: smbd is down',
        'output of 50.samba: b',
        'output of 50.samba: c',
        'output of 50.samba: d',
      ],
    })
  })

  it.each([
    ['10.0.0.9 eth1', 'error', 'ctdbd rejects the whole file'],
    ['10.0.0.9/24', 'error', 'ctdbd rejects the whole file'],
    ['node1/24 eth1', 'error', 'ctdbd rejects the whole file'],
    ['10.0.0.1/24 eth1', 'error', 'ctdbd rejects the whole file'],
    ['  # a comment', 'warning', 'the event scripts misread it'],
  ])('the severity of the line %j', (line, severity, verdict) => {
    const cluster = withHost(good, 1, ({ publicAddressesFile }) => ({ publicAddressesFile: `${publicAddressesFile}${line}\n` }))
    expect(messages(cluster)).toEqual([`${severity} file-lint: node 1: line 7 of public_addresses is faulty: ${verdict}`])
  })

  it('that interfaces may differ between nodes on purpose', () => {
    const named = (pnn: number) => (pnn === 2 ? 'enp1s0' : 'eth1')
    const cluster = withAll(good, ({ pnn, known = [], interfaces = [], host: seen }) => ({
      known: known.map((each) => ({
        ...each,
        interfaces: [named(pnn)],
        activeInterface: each.activeInterface ? named(pnn) : null,
      })),
      interfaces: interfaces.map((each) => ({ ...each, name: named(pnn) })),
      host: {
        ...(seen as HostFacts),
        publicAddressesFile: (seen?.publicAddressesFile ?? '').replaceAll('eth1', named(pnn)),
        links: (seen?.links ?? []).map((link) => ({ ...link, name: link.name.replace('eth1', named(pnn)) })),
        addresses: (seen?.addresses ?? []).map((held) => ({
          ...held,
          interfaceName: held.interfaceName.replace('eth1', named(pnn)),
        })),
        promoteSecondaries: [named(pnn)],
      },
    }))
    expect(new Set(messages(cluster).map((message) => message.replace(/10\.0\.0\.\d/, 'IP')))).toEqual(
      new Set(['info file-cross-node: the public addresses files differ in the interfaces of IP']),
    )
  })

  it('how many addresses a takeover run would move, and when none will happen', () => {
    const { findings } = auditSamples([moved(), moved()])
    expect(findings.map(({ id, message }) => `${id}: ${message}`)).toEqual([
      'imbalance: a takeover run would move 2 addresses now',
    ])
  })

  it('that a disabled node that has not released its addresses waits for a takeover run', () => {
    const nodeMap = good.nodeMap.map((entry) => (entry.pnn === 1 ? { ...entry, flags: NODE_FLAG.DISABLED } : entry))
    const cluster = withAll({ ...good, nodeMap }, ({ pnn, available = [] }) => ({
      nodeMap,
      available: pnn === 1 ? [] : available,
    }))
    const { findings } = auditSamples([cluster, cluster])
    expect(new Set(findings.map(({ id, causedBy }) => `${id} ${causedBy === undefined ? 'itself' : 'follows'}`))).toEqual(
      new Set(['ip-on-inactive-node itself', 'imbalance follows']),
    )
    expect(findings[0]?.remedy).toBe('Run `ctdbts ipreallocate`.')
  })

  it('for how long a node is banned', () => {
    const cluster = withFacts(withFlags(good, 1, NODE_FLAG.BANNED), 1, () => ({ banSeconds: 120 }))
    expect(messages(cluster)).toEqual(['warning node-banned: node 1 is banned for 120 s'])
  })
})

/** Two nodes, one of which has come back and has nothing yet. */
function moved(): Snapshot {
  const two = healthyCluster({ nodes: 2, addresses: ADDRESSES.slice(0, 4) })
  const alone = withFlags(two, 1, NODE_FLAG.STOPPED)
  return withAll({ ...alone, nodeMap: two.nodeMap }, ({ known = [] }) => ({
    nodeMap: two.nodeMap,
    available: known.map(({ address }) => address),
  }))
}
