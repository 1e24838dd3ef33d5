import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { HostFacts } from '../../../src/lib/snapshot/host-facts.ts'
import type { NodeFacts, Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import {
  factsIn,
  findingIn,
  findingsIn,
  healthyCluster,
  heldAddress,
  leaderless,
  ownerIn,
  rootIdsIn,
  rootsIn,
  withAll,
  withFacts,
  withFlags,
  withHeld,
  withHost,
  withHosts,
  withoutDaemon,
} from '../../support/audit-cluster.ts'

// Situations that administrators have reported publicly, and their neighbours: what must not be said of them, and what must.

const good = healthyCluster()
const ADDRESS = '10.0.0.1'
const OWNER = ownerIn(good, ADDRESS)
const OTHER = (OWNER + 1) % 3

const NOW = factsIn(good, 1).times?.now ?? 0
/** A script failed on node 1 in the last run of an event, some seconds ago. */
const failing = (snapshot: Snapshot, event: string, result: number, { output = '', ago = 12 } = {}): Snapshot =>
  withHost(snapshot, 1, ({ events = [] }) => ({
    events: events.map((run) =>
      run.event === event
        ? { event, scripts: [{ name: '10.interface', begin: NOW - ago, end: NOW - ago + 1, result, output }] }
        : run,
    ),
  }))
const whyUnknown = (snapshot: Snapshot, id: string): string[] => [
  ...new Set(
    auditSamples([snapshot, snapshot])
      .unknown.filter((each) => each.id === id)
      .map(({ why }) => why),
  ),
]

describe('the configuration that was read', () => {
  const old = withHosts(good, () => ({ version: '4.8.3', configFile: null }))

  it('has no cluster lock in a ctdb.conf that CTDB before 4.9 does not have', () => {
    const dead = withoutDaemon(old, 1)
    expect(rootIdsIn(dead)).not.toContain('cluster-lock')
    expect(whyUnknown(dead, 'cluster-lock')).toEqual(['there is no ctdb.conf, and its version may have its settings elsewhere'])
    const unknownVersion = withoutDaemon(
      withHost(good, 1, () => ({ version: undefined, configFile: null })),
      1,
    )
    expect(rootIdsIn(unknownVersion)).not.toContain('cluster-lock')
  })

  it('has public addresses, before 4.9, in any file that the settings name, or in none', () => {
    const elsewhere = withHost(old, 1, () => ({ publicAddressesFile: null }))
    expect(rootsIn(elsewhere)).toEqual([])
    expect(whyUnknown(elsewhere, 'file-missing')).toEqual([expect.stringMatching(/^before 4\.9/)])
    const unused = withAll(old, () => ({ known: [], available: [] }))
    expect(rootIdsIn(unused)).not.toContain('file-not-loaded')
  })

  it('is not that of a daemon in a container, where the host has remains of its own', () => {
    const remains = withHosts(good, () => ({
      publicAddressesFile: null,
      nodesFile: null,
      configFile: '[logging]\n location = syslog\n',
      enabledScripts: ['00.ctdb'],
    }))
    expect(rootsIn(remains)).toEqual([])
    expect(whyUnknown(remains, 'script-not-enabled')).toEqual([expect.stringMatching(/configuration is in another folder$/)])
  })

  it('may name a command that lists the nodes, beside a nodes file that is not used', () => {
    const listed = withHosts(good, () => ({
      version: '4.22.3',
      configFile: '[cluster]\ncluster lock = /cluster/lock\nnodes list = !/usr/bin/samba-container ctdb-list-nodes\n',
    }))
    const dead = withHost(withoutDaemon(listed, 1), 1, ({ addresses }) => ({
      nodesFile: '10.1.1.1\n',
      addresses: addresses?.filter(({ interfaceName }) => interfaceName !== 'eth1'),
    }))
    expect(rootIdsIn(dead)).toEqual(['node-disconnected'])
    const ignored = withHost(dead, 1, () => ({ version: '4.17.12' }))
    expect(rootIdsIn(ignored)).toContain('nodes-file-drift')
  })
})

describe('different cluster locks', () => {
  it('end the daemons that do not have the leader’s, even if they are more', () => {
    const finding = findingIn(
      withFacts(good, 0, () => ({ clusterLock: '/mnt/other' })),
      'cluster-lock',
    )
    expect(finding.nodes).toEqual([1, 2])
    expect(finding.outlook).toMatch(/^When the next recovery begins, each ctdbd of nodes 1 and 2 ends:/)
  })

  it('end daemons that nobody knows, if there is no leader', () => {
    const finding = findingIn(
      withFacts(leaderless(good), 1, () => ({ clusterLock: '' })),
      'cluster-lock',
    )
    expect(finding.outlook).toMatch(/it is not known which lock the leader has/)
  })
})

describe('a comment behind the interfaces of a public address', () => {
  const commented = withHost(good, 1, ({ publicAddressesFile }) => ({
    publicAddressesFile: publicAddressesFile?.replace('eth1\n', 'eth1 # office\n'),
  }))

  it('is not read by ctdbd, but by the event scripts', () => {
    expect(rootsIn(commented).map(({ id, evidence }) => [id, ...evidence])).toEqual([
      [
        'file-lint',
        'file on node 1: public_addresses, line 1: too many words: "# office": ctdbd does not read them, but the event scripts take them for interfaces',
      ],
    ])
  })

  it('makes the monitor event fail', () => {
    const output = 'ERROR: Monitored interface # does not exist\nERROR: Monitored interface office does not exist\n'
    const unhealthy = withFlags(failing(commented, 'monitor', 1, { output }), 1, NODE_FLAG.UNHEALTHY)
    expect(rootIdsIn(unhealthy)).toEqual(['file-lint'])
    const other = withFlags(failing(commented, 'monitor', 1, { output: 'ERROR: nfs' }), 1, NODE_FLAG.UNHEALTHY)
    expect(rootIdsIn(other)).toEqual(['script-failing', 'file-lint'])
  })

  it('has the same effect as a carriage return, and a blank before the address', () => {
    for (const [edit, output] of [
      [(text: string) => text.replace('eth1\n', 'eth1\r\n'), 'ERROR: Monitored interface eth1\r does not exist\n'],
      [(text: string) => ` ${text}`, 'ERROR: Monitored interface 10.0.0.1/24 does not exist\n'],
    ] as const) {
      const edited = withHost(good, 1, ({ publicAddressesFile }) => ({ publicAddressesFile: edit(publicAddressesFile ?? '') }))
      expect(rootIdsIn(withFlags(failing(edited, 'monitor', 1, { output }), 1, NODE_FLAG.UNHEALTHY))).toEqual(['file-lint'])
    }
  })
})

describe('the failure of an event script', () => {
  const outlookOf = (snapshot: Snapshot) => findingIn(snapshot, 'script-failing', 1).outlook

  it('that only timed out does not make the node unhealthy at once', () => {
    const slow = failing(good, 'monitor', -110)
    expect(findingIn(slow, 'script-failing').severity).toBe('warning')
    expect(outlookOf(slow)).toMatch(/^Whether it times out again is not known: .* only when 20 of them in a row have timed out/)
    const unhealthy = withFlags(slow, 1, NODE_FLAG.UNHEALTHY)
    expect(findingIn(unhealthy, 'script-failing').severity).toBe('error')
    expect(outlookOf(unhealthy)).toMatch(/^The node is healthy again within 45 s/)
  })

  it.each([NODE_FLAG.STOPPED, NODE_FLAG.BANNED])('is not tried again while the node is inactive (%i)', (flag) => {
    expect(outlookOf(withFlags(failing(good, 'monitor', 1), 1, flag))).toBe(
      'Nothing until the node is active again: CTDB does not monitor an inactive node.',
    )
  })

  it('in a takeover run is past, once another one has succeeded', () => {
    const lastWeek = failing(good, 'takeip', 1, { ago: 7 * 86_400 })
    expect(findingIn(lastWeek, 'script-failing').severity).toBe('warning')
    expect(outlookOf(lastWeek)).toMatch(/^Whether the event would fail again is not known: a takeover run has succeeded since/)
    for (const present of [
      failing(good, 'takeip', 1, { ago: 5 }),
      failing(lastWeek, 'ipreallocated', 1),
      withFlags(lastWeek, 1, NODE_FLAG.BANNED),
    ]) {
      expect(findingIn(present, 'script-failing').severity).toBe('error')
    }
  })
})

describe('a file with which ctdbd does not start', () => {
  const dead = withoutDaemon(good, 1)
  const LEFT = 'ip-on-dead-daemon'

  it.each<{ what: string; host: Partial<HostFacts>; root: string; first: RegExp; drops: boolean }>([
    {
      what: 'a nodes file with a name in it',
      host: { nodesFile: 'smb1.example.com\n' },
      root: 'nodes-file-drift',
      first: /^Correct the nodes file of node 1 first, with which ctdbd ends at once: line 1: "smb1\.example\.com"\. /,
      drops: false,
    },
    {
      what: 'a nodes file that is not there, as a link into a file system that is not mounted',
      host: { nodesFile: null },
      root: 'nodes-file-drift',
      first: /^Correct the nodes file of node 1 first, .*: there is none\. /,
      drops: false,
    },
    {
      what: 'a ctdb.conf that is rejected',
      host: { configFile: '[cluster]\ncluster lock = /cluster/lock\nleader timeout = never\n' },
      root: 'config-invalid',
      first: /^Correct the ctdb\.conf of node 1 first/,
      drops: false,
    },
    {
      what: 'an interface that is not there',
      host: { publicAddressesFile: '10.0.0.2/24 eth7\n10.0.0.5/24 eth7\n' },
      root: 'iface-absent',
      first: /^Correct the public addresses file of node 1 first, .*: the node has no interface eth7\. /,
      drops: true,
    },
  ])('is what to see to first, before the addresses that its daemon has left: $what', ({ host, root, first, drops }) => {
    const snapshot = withHost(dead, 1, () => host)
    expect(new Set(rootsIn(snapshot).map(({ id }) => id))).toEqual(new Set([root]))
    const left = findingIn(snapshot, LEFT)
    expect(left.remedy).toMatch(first)
    expect(left.remedy).toMatch(/Start ctdbd on that node/)
    expect(/a start does not remove it: ctdbd ends before it comes to that/.test(left.outlook)).toBe(!drops)
  })

  it('must be corrected before a restart that would apply another change of it', () => {
    const edited = withHost(good, 1, ({ publicAddressesFile }) => ({
      publicAddressesFile: publicAddressesFile?.replaceAll('eth1', 'eth1:0'),
    }))
    expect(rootIdsIn(edited)).toEqual(['iface-absent'])
    expect(findingIn(edited, 'file-mask-iface-change').remedy).toMatch(/^Do not restart ctdbd there before/)
    expect(findingIn(edited, 'iface-absent').outlook).toMatch(/unless CTDB_PARTIALLY_ONLINE_INTERFACES is set/)
    expect(findingIn(withFlags(edited, 1, NODE_FLAG.UNHEALTHY), 'iface-absent').outlook).toMatch(/so the node is unhealthy\.$/)
  })
})

describe('a cluster without public addresses', () => {
  const none = withAll(good, ({ host }) => ({
    known: [],
    available: [],
    interfaces: [],
    ...(host && {
      host: {
        ...host,
        publicAddressesFile: null,
        configFile: '[cluster]\ncluster lock = /cluster/lock\n[failover]\ndisabled = yes\n',
        addresses: host.addresses?.filter(({ interfaceName }) => interfaceName !== 'eth1'),
      },
    }),
  }))

  it('lacks no failover', () => {
    expect(rootsIn(none)).toEqual([])
  })

  it('may have some that are not known', () => {
    expect(rootIdsIn(withFacts(none, 1, () => ({ known: undefined, host: undefined })))).toEqual(['failover-off'])
  })
})

describe('a public address that something else has added too', () => {
  it('with another mask on the node that owns it, is there twice, and only that one has to go', () => {
    const twice = withHeld(good, OWNER, heldAddress(ADDRESS, 16, 'eth1'))
    expect(rootsIn(twice).map(({ id, message }) => [id, message])).toEqual([
      ['ip-wrong-mask', `node ${OWNER} holds ${ADDRESS} with /16, besides the /24 of its file`],
    ])
    const { outlook, remedy } = findingIn(twice, 'ip-wrong-mask')
    expect(outlook).toMatch(/removes one entry at a time, so the release fails at first/)
    expect(remedy).toMatch(
      /^Remove it from that node: `ip addr del 10\.0\.0\.1\/16 dev eth1` \(the node keeps it with \/24 on eth1\)/,
    )
  })

  it.each([
    { what: 'on another node', snapshot: withHeld(good, OTHER, heldAddress(ADDRESS, 16, 'eth1')), id: 'ip-duplicate-kernel' },
    {
      what: 'on the loopback interface',
      snapshot: withHeld(good, OWNER, heldAddress(ADDRESS, 32, 'lo')),
      id: 'ip-twice-on-node',
    },
  ])('$what, is no matter of its mask', ({ snapshot, id }) => {
    expect(rootIdsIn(snapshot)).toEqual([id])
    expect(findingsIn(snapshot).map((each) => each.id)).not.toContain('ip-wrong-mask')
  })
})

describe('an interface whose link 10.interface does not find', () => {
  const blind = withFacts(good, 1, () => ({ interfaces: [{ name: 'eth1', linkUp: false, references: 0 }], available: [] }))
  const unhealthy = (output: string) => withFlags(failing(blind, 'monitor', 1, { output }), 1, NODE_FLAG.UNHEALTHY)

  it.each([
    '/etc/ctdb/functions: 710: ethtool: not found\nERROR: No link on the public network interface eth1\n',
    '/etc/ctdb/functions: line 710: ethtool: command not found\n',
  ])('does not come back without ethtool (%j)', (output) => {
    expect(rootIdsIn(unhealthy(output))).toEqual(['script-failing'])
    expect(findingIn(unhealthy(output), 'iface-link-mismatch').outlook).toMatch(
      /^Nothing: 10\.interface asks ethtool for the link/,
    )
  })

  it('comes back by itself otherwise', () => {
    const outlook = findingIn(unhealthy('ERROR: No link on the public network interface eth1\n'), 'iface-link-mismatch').outlook
    expect(outlook).toMatch(/^The next monitor event corrects it/)
  })
})

describe('a cluster lock that nobody can take', () => {
  const locked = withAll(leaderless(good), () => ({ recoveryMode: 1 }))

  it('leaves the cluster without a leader for as long as that lasts', () => {
    const { outlook, remedy } = findingIn(locked, 'leader-disagreement')
    expect(outlook).toMatch(/if the private network and the cluster lock work\.$/)
    expect(remedy).toMatch(/cannot take the cluster lock, \/cluster\/lock: /)
    expect(findingIn(locked, 'recovery-stuck').outlook).toMatch(/the private network and the cluster lock work/)
    expect(
      findingIn(
        withAll(locked, () => ({ clusterLock: '' })),
        'leader-disagreement',
      ).outlook,
    ).not.toMatch(/lock/)
  })

  it('may have all nodes banned, which are not to be unbanned one after the other', () => {
    const banned = [0, 1, 2].reduce((changed, pnn) => withFlags(changed, pnn, NODE_FLAG.BANNED), locked)
    const all = withAll(banned, () => ({ banSeconds: 300 }))
    expect(findingIn(all, 'node-banned').remedy).toMatch(/^All nodes are banned, .* Wait: the bans end by themselves\.$/)
    expect(findingIn(withFlags(all, 2, 0), 'node-banned').remedy).toMatch(/`ctdb unban -n 0`/)
  })
})

describe('a node that was started as a stopped one', () => {
  it('waits for someone to continue it', () => {
    const stopped = withFacts(withFlags(good, 1, NODE_FLAG.STOPPED), 1, () => ({ runState: 'FIRST_RECOVERY' }))
    const { outlook, remedy } = findingIn(stopped, 'node-not-running')
    expect(outlook).toMatch(/^Nothing until the node is continued: a stopped node takes no part in recoveries/)
    expect(remedy).toMatch(/^If it need not stay stopped: run `ctdb continue` on that node\./)
  })
})

describe('a node whose 10.interface is not enabled', () => {
  const disabled = withHost(good, OWNER, () => ({ enabledScripts: ['00.ctdb'] }))
  const outlookOf = (snapshot: Snapshot) => findingIn(snapshot, 'script-not-enabled').outlook

  it('keeps the addresses that it has', () => {
    expect(outlookOf(disabled)).toMatch(
      /^Nothing until an address moves there or away\. When an address moves there or away, takeover runs/,
    )
    const bare = withHost(disabled, OWNER, () => ({ addresses: [] }))
    expect(outlookOf(bare)).toMatch(/^Takeover runs are made again and again/)
  })
})

describe('versions that differ', () => {
  const severityWith = (version: string) =>
    findingIn(
      withHost(good, 2, () => ({ version })),
      'version-skew',
    ).severity

  it('matter to CTDB up to the second number', () => {
    expect(severityWith('4.17.9-Debian')).toBe('info')
    expect(severityWith('4.18.0')).toBe('warning')
  })
})

describe('a cluster that bans no nodes', () => {
  it('repeats what fails', () => {
    const lenient = (snapshot: Snapshot) => withAll(snapshot, ({ tunables }) => ({ tunables: { ...tunables, EnableBans: 0 } }))
    const missing = withHost(good, 1, () => ({ publicAddressesFile: null }))
    expect(findingIn(missing, 'file-missing').outlook).toMatch(/after a few of them the node is banned/)
    expect(findingIn(lenient(missing), 'file-missing').outlook).toMatch(/which fail again and again: /)
    const failed = failing(good, 'takeip', 1, { ago: 5 })
    expect(findingIn(lenient(failed), 'script-failing').outlook).toMatch(/as EnableBans is 0\.$/)
  })
})

describe('a node that starts or ends', () => {
  const starting = withFacts(withFlags(good, 1, NODE_FLAG.UNHEALTHY), 1, () => ({ runState: 'STARTUP' }))

  it('is not monitored before it runs', () => {
    expect(findingIn(starting, 'node-unhealthy').outlook).toBe(
      'Nothing until the node is in run state RUNNING: until then it is not monitored.',
    )
  })

  it('has its addresses moved when it ends', () => {
    const ending = withFacts(good, 1, () => ({ runState: 'SHUTDOWN', available: [] }))
    expect(findingIn(ending, 'node-not-running').remedy).not.toMatch(/startup/)
    expect(findingIn(ending, 'imbalance').outlook).not.toMatch(/nothing triggers/i)
  })
})

describe('a daemon that hangs while the others see it', () => {
  it('is to be started only if it does not run', () => {
    const { host } = factsIn(good, OWNER)
    const silent = { pnn: OWNER, missing: [{ fact: 'everything', code: 'TIMEOUT', message: 'no answer' }] }
    const hung: Snapshot = {
      ...good,
      nodes: good.nodes.map((facts) =>
        facts.pnn === OWNER && host ? { ...silent, host: { ...host, daemonAnswers: false } } : facts,
      ),
    }
    expect(findingIn(hung, 'ip-on-dead-daemon').remedy).toMatch(/^If it does not run \(`systemctl status ctdb`\): start ctdbd/)
  })
})

describe('a nodes file with a further node', () => {
  const added = ({ nodesFile = [] }: NodeFacts) => ({ nodesFile: [...nodesFile, { pnn: 3, address: '10.9.0.4', flags: 0 }] })

  it('on all nodes is only to be reloaded', () => {
    expect(findingIn(withAll(good, added), 'nodes-file-drift').remedy).toBe(
      'If this list of nodes is right: run `ctdb reloadnodes` as the nodes files of all nodes say the same.',
    )
    expect(findingIn(withFacts(good, 1, added), 'nodes-file-drift').remedy).toMatch(/^Make the file the same on all nodes/)
  })
})

describe('an address from DHCP', () => {
  it('may come back when CTDB has it removed', () => {
    const dhcp = { ...heldAddress(ADDRESS, 24, 'eth1'), dynamic: true, validSeconds: 600 }
    expect(findingIn(withHeld(good, OTHER, dhcp), 'ip-foreign-manager').outlook).toMatch(/^Whether it comes back .* is not known/)
  })
})

describe('DisableIPFailover', () => {
  const disabled = (version: string, era: 'leader' | 'recmaster'): Snapshot => {
    const set = withAll(good, ({ tunables, host }) => ({
      tunables: { ...tunables, DisableIPFailover: 1 },
      ...(host && { host: { ...host, version, addresses: [] } }),
    }))
    return { ...set, leader: { pnn: 0, era } }
  }

  it('turned failover off until 4.8', () => {
    const old = disabled('4.6.3', 'recmaster')
    expect(findingIn(old, 'failover-off').message).toMatch(/DisableIPFailover turns failover off on nodes 0, 1 and 2/)
    expect(findingIn(old, 'ip-missing').outlook).toMatch(/failover is disabled on/)
    for (const later of [disabled('4.12.0', 'recmaster'), disabled('4.17.12', 'leader')]) {
      expect(rootIdsIn(later)).not.toContain('failover-off')
    }
  })
})

describe('nodes that are inactive, of which no leader has told the others', () => {
  const own = (flag: number): Snapshot =>
    withAll({ ...good, leader: { pnn: null, era: 'leader' } }, ({ pnn, nodeMap = [], known = [] }) => ({
      nodeMap: nodeMap.map((entry) => (entry.pnn === pnn ? { ...entry, flags: flag } : entry)),
      known: known.map((each) => ({ ...each, owner: null, activeInterface: null })),
      available: [],
      leaders: [],
      banSeconds: flag === NODE_FLAG.BANNED ? 300 : 0,
    }))

  it('count as what they say that they are', () => {
    expect(findingsIn(own(NODE_FLAG.BANNED)).filter(({ id }) => id === 'node-banned')).toHaveLength(3)
    const { evidence, remedy } = findingIn(own(NODE_FLAG.STOPPED), 'ip-unhostable')
    expect(evidence).toContain('node 2 cannot: it is STOPPED|INACTIVE')
    expect(remedy).toMatch(/run `ctdb continue` on node 2\.$/)
  })
})
