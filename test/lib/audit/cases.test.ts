import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import type { HostFacts } from '../../../src/lib/snapshot/host-facts.ts'
import { parseSnapshot } from '../../../src/lib/snapshot/parse.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { withHost } from '../../support/audit-cluster.ts'

/** A situation from a public report, as a snapshot. */
const situation = (name: string): Snapshot =>
  parseSnapshot(readFileSync(new URL(`../../golden/cases/${name}.json`, import.meta.url), 'utf8'), name)

/** The real findings that nothing else explains. */
const rootsOf = (snapshot: Snapshot) =>
  auditSamples([snapshot, snapshot]).findings.filter(({ causedBy, state }) => causedBy === undefined && state === 'real')

const rootsIn = (name: string) => rootsOf(situation(name))

describe('of situations from public reports, an audit says', () => {
  it('nothing of an alternative name that 4.25 accepts', () => {
    expect(rootsIn('altname-4.25')).toEqual([])
  })

  it('which characters make ctdbd refuse a file, visibly', () => {
    expect(rootsIn('bom-nbsp').map(({ id, evidence }) => [id, ...evidence])).toEqual([
      ['file-lint', String.raw`file on node 1: public_addresses, line 1: "\ufeff172.16.146.131" is not an IP address`],
      ['file-lint', String.raw`file on node 2: public_addresses, line 1: "24\u00a0bond0" is not a mask for 172.16.146.131`],
    ])
  })

  it('that 10.interface never checks ib0', () => {
    expect(rootsIn('ib0').map(({ id, outlook }) => [id, outlook])).toEqual([
      ['iface-link-mismatch', expect.stringContaining('never checks an interface whose name begins with ib')],
    ])
  })

  it('that no node has the leader capability', () => {
    expect(rootsIn('no-leader-capability').map(({ id, message }) => [id, message])).toEqual([
      ['leader-disagreement', 'no node has the leader capability'],
    ])
  })

  it('that two leaders hold one lock, which is not shared then', () => {
    expect(rootsIn('gluster1157').map(({ id, message, remedy }) => [id, message, remedy])).toEqual([
      [
        'leader-disagreement',
        '2 nodes are named as leader: nodes 0 and 1',
        expect.stringMatching(/^The leaders name the same cluster lock, \/gluster\/\.lock, which only one of them can hold\./),
      ],
    ])
  })

  it('what a script printed last, where the error is', () => {
    const [finding] = rootsIn('output-lines')
    expect(finding?.evidence.at(-1)).toMatch(/^output of 60\.nfs: ERROR: nfs failed RPC check/)
  })

  it('that old scripts take a comment for interfaces', () => {
    const snapshot = situation('bug14826')
    const { findings } = auditSamples([snapshot, snapshot])
    expect(rootsOf(snapshot).map(({ id, nodes }) => [id, nodes])).toEqual([
      ['file-lint', [0]],
      ['file-lint', [1]],
      ['file-lint', [2]],
    ])
    expect(findings.filter(({ id }) => id === 'script-failing').map(({ causedBy }) => causedBy)).toEqual([
      expect.stringContaining('file-lint'),
    ])
  })

  it('that ip_nonlocal_bind may have killed a daemon, and promises no end of a ban on a node without one', () => {
    const snapshot = situation('nonlocal-dead')
    const { findings } = auditSamples([snapshot, snapshot])
    expect(rootsOf(snapshot).map(({ id, nodes }) => [id, nodes])).toEqual([['nonlocal-bind', [2]]])
    expect(findings.find(({ id }) => id === 'node-banned')?.outlook).toMatch(/the end of the ban does not bring it back/)
  })
})

describe('of a dead daemon, an audit says why it cannot run:', () => {
  const dead = situation('dead')
  const SHELL = 'CTDB_RECOVERY_LOCK=/run/gluster/shared_storage/.ctdb/reclock\nCTDB_PUBLIC_ADDRESSES=/etc/ctdb/public_addresses\n'

  it.each<{ why: string; host: Partial<HostFacts>; root: string; message: RegExp; outlook: RegExp }>([
    {
      why: 'a host name in the nodes file',
      host: { nodesFile: '10.99.0.1\nsmb1.example.com\n10.99.0.3\n' },
      root: 'nodes-file-drift',
      message: /cannot load its nodes file: line 2 is not an IP address/,
      outlook: /ends at once/,
    },
    {
      why: 'suffixes in the nodes file',
      host: { nodesFile: '10.99.0.1#a\n10.99.0.2#b\n10.99.0.3#c\n' },
      root: 'nodes-file-drift',
      message: /cannot load its nodes file: line 1/,
      outlook: /ends at once/,
    },
    {
      why: 'an address without a mask',
      host: { publicAddressesFile: '10.99.1.131 eth1\n' },
      root: 'file-lint',
      message: /line 1 of public_addresses is faulty/,
      outlook: /rejects the public addresses file, and ends at once/,
    },
    {
      why: 'an interface that is not there',
      host: { publicAddressesFile: '10.99.1.131/24 eth1\n10.99.1.132/24 ens224\n10.99.1.133/24 eth1\n' },
      root: 'iface-absent',
      message: /has no interface ens224/,
      outlook: /rejects the public addresses file, and ends at once/,
    },
    {
      why: 'another lock than the leader has',
      host: { configFile: '[cluster]\n recovery lock = /mnt/other/lock\n' },
      root: 'cluster-lock',
      message: /another cluster lock than the cluster: \/mnt\/other\/lock instead of \/srv\/lab\/shared\/lock/,
      outlook: /shuts itself down at the first recovery/,
    },
    {
      why: 'a configuration in the form of old versions',
      host: { configFile: SHELL },
      root: 'config-old-style',
      message: /CTDB ignores CTDB_RECOVERY_LOCK and CTDB_PUBLIC_ADDRESSES in ctdb\.conf/,
      outlook: /does not complain/,
    },
    {
      why: 'ip_nonlocal_bind',
      host: { nonlocalBind: { ipv4: true, ipv6: false } },
      root: 'nonlocal-bind',
      message: /ctdbd may crash \(bug 15935\)/,
      outlook: /does not notice/,
    },
  ])('$why', ({ host, root, message, outlook }) => {
    const roots = rootsOf(withHost(dead, 1, () => host)).filter(({ severity }) => severity !== 'info')
    expect(roots.map(({ id }) => id)).toEqual([root])
    expect(roots[0]?.message).toMatch(message)
    expect(roots[0]?.outlook).toMatch(outlook)
  })

  it('nothing, if its files are as they should be', () => {
    expect(rootsOf(dead).map(({ id, nodes }) => [id, nodes])).toEqual([['node-disconnected', [1]]])
  })
})
