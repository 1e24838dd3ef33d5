import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { MapEntry, Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import {
  factsIn,
  findingIn,
  healthyCluster,
  ownerIn,
  withAll,
  withFacts,
  withFlags,
  withHost,
  withoutDaemon,
  withoutNode,
} from '../../support/audit-cluster.ts'

// Situations around the files of nodes that administrators have reported publicly, and their neighbours.

const good = healthyCluster()

describe('nodes files that all say the same, but differ from the node map', () => {
  const listing = (change: (address: string, pnn: number) => Partial<MapEntry>): Snapshot =>
    withAll(good, ({ nodesFile = [] }) => ({
      nodesFile: nodesFile.map((entry) => ({ ...entry, ...change(entry.address, entry.pnn) })),
    }))
  const remedyOf = (snapshot: Snapshot) => findingIn(snapshot, 'nodes-file-drift').remedy

  it('cannot delete a node that is connected', () => {
    const deleted = listing((_, pnn) => (pnn === 2 ? { flags: NODE_FLAG.DELETED } : {}))
    expect(remedyOf(deleted)).toMatch(
      /^If this list of nodes is right: stop ctdbd on node 2: .* If this list of nodes is right: run `ctdb reloadnodes`/,
    )
    expect(
      remedyOf(withAll(withoutNode(good, 2), ({ nodesFile }) => (nodesFile ? { nodesFile: factsIn(deleted, 0).nodesFile } : {}))),
    ).not.toMatch(/stop/)
  })

  it('cannot give a number to another node', () => {
    expect(remedyOf(listing((address, pnn) => (pnn === 1 ? { address: '10.9.0.77' } : { address })))).toMatch(
      /^`ctdb reloadnodes` refuses this list, in which PNN 1 is another node or missing\..* stop ctdbd on all nodes, and only then start/,
    )
    const shorter = withAll(good, ({ nodesFile }) => ({ nodesFile: nodesFile?.slice(0, 2) }))
    expect(remedyOf(shorter)).toMatch(/PNN 2 is another node or missing/)
  })
})

describe('a public addresses file', () => {
  const written = (change: (text: string) => string): Snapshot =>
    withHost(good, 1, ({ publicAddressesFile }) => ({ publicAddressesFile: change(publicAddressesFile ?? '') }))
  const lint = (snapshot: Snapshot) => auditSamples([snapshot, snapshot]).findings.filter(({ id }) => id === 'file-lint')

  it('with the same fault in all lines has one finding, and its effect waits for no reload', () => {
    const [finding, ...others] = lint(written((text) => text.replaceAll('\n', '\r\n')))
    expect(others).toEqual([])
    expect(finding?.message).toBe(
      'node 1: lines 1, 2, 3, 4 and 2 more of public_addresses are faulty: the event scripts misread it',
    )
    expect(finding?.outlook).toBe('Nothing: the event scripts read the file themselves, at each event.')
    expect(lint(written((text) => text.replace('\n', '\r\n').replace('10.0.0.6/24', '10.0.0.6/240')))).toHaveLength(2)
  })

  it.each([
    ['ff02::1', 64, 'a multicast address'],
    ['::', 64, 'the unspecified address'],
    ['::1', 128, 'a loopback address'],
    ['0.0.0.0', 24, 'the unspecified address'],
    ['127.1.2.3', 8, 'a loopback address'],
    ['239.1.1.1', 24, 'a multicast address'],
    ['::ffff:224.0.0.1', 24, 'a multicast address'],
    ['255.255.255.255', 32, 'the broadcast address'],
  ])('with %s has an address at which nobody reaches a host', (address, mask, what) => {
    const [finding] = lint(written((text) => `# comment\n${text}${address}/${mask} eth1\n`))
    expect(finding?.evidence).toEqual([expect.stringMatching(new RegExp(`line 8: .* is ${what}`))])
    expect(finding?.severity).toBe('warning')
  })

  it('with a link-local address has all nodes banned up to 4.21, and is the root of that', () => {
    const cluster = healthyCluster({ addresses: ['fe80::1', 'fd00::2', 'fd00::3'] })
    const [finding] = lint(cluster)
    expect(finding).toMatchObject({ severity: 'error', addresses: ['fe80::1'] })
    expect(finding?.outlook).toMatch(
      /^When the node takes over fe80::1, .* after a few of them the node is banned: CTDB never finds the address/,
    )
    const banned = [0, 1, 2].reduce((changed, pnn) => {
      const failed = withHost(changed, pnn, ({ events = [] }) => ({
        events: events.map(({ event, scripts }) => ({
          event,
          scripts: scripts.map((run) =>
            event === 'takeip' ? { ...run, result: 1, output: 'Failed to add fe80::1/64 on dev eth1\n' } : run,
          ),
        })),
      }))
      return withFacts(withFlags(failed, pnn, NODE_FLAG.BANNED), pnn, () => ({ banSeconds: 300 }))
    }, cluster)
    const roots = auditSamples([banned, banned]).findings.filter(({ causedBy }) => causedBy === undefined)
    expect(new Set(roots.map(({ id }) => id))).toEqual(new Set(['file-lint']))
    const newer = withAll(cluster, ({ host }) => (host ? { host: { ...host, version: '4.22.3' } } : {}))
    expect(lint(newer)[0]?.severity).toBe('warning')
  })

  it.each(['fec0::1', 'fd00::1', '2001:db8::1', '126.0.0.1', '223.255.255.254'])('may have %s', (address) => {
    expect(lint(written((text) => `${text}${address}/32 eth1\n`))).toEqual([])
  })
})

it('addresses that only one node knows need one reload', () => {
  const half = ['10.0.0.1', '10.0.0.2']
  const pnn = ownerIn(good, '10.0.0.1')
  const lonely = withAll(good, (facts) =>
    facts.pnn === pnn ? {} : { known: facts.known?.filter(({ address }) => !half.includes(address)) },
  )
  expect(findingIn(lonely, 'ip-single-node').remedy).toContain(
    `One reload is enough for all 2 addresses that only node ${pnn} knows.`,
  )
})

it('files that all drop an address would lose it together', () => {
  const empty = withAll(good, ({ host }) => (host ? { host: { ...host, publicAddressesFile: '# moved\n' } } : {}))
  expect(findingIn(empty, 'file-not-loaded').remedy).toMatch(/which no other node can host, are not needed: run `ctdb reloadips`/)
  expect(
    findingIn(
      withHost(good, 1, () => ({ publicAddressesFile: '' })),
      'file-not-loaded',
    ).remedy,
  ).not.toMatch(/no other node/)
})

describe('a cluster lock that a node does not find', () => {
  const without = (snapshot: Snapshot) =>
    withHost(snapshot, 2, ({ lock }) => ({
      ...(lock?.place && { lock: { ...lock, place: { ...lock.place, file: null, hasFolder: false, mount: undefined } } }),
    }))
  const outlookOf = (snapshot: Snapshot) => findingIn(snapshot, 'lock-missing').outlook

  it('is not tested by a node that is banned, and explains the ban', () => {
    const banned = without(withFlags(good, 2, NODE_FLAG.BANNED))
    expect(outlookOf(without(good))).toMatch(/^Nothing until the next recovery begins: /)
    expect(outlookOf(banned)).toMatch(/^Nothing until a recovery begins in which the node takes part: /)
    expect(findingIn(banned, 'node-banned').causedBy).toMatch(/lock-missing/)
  })

  it('is told of a node whose daemon is dead, too', () => {
    const dead = without(withoutDaemon(good, 2))
    expect(outlookOf(dead)).toMatch(/^Nothing until a recovery begins in which the node takes part: /)
    const setting = '!/usr/libexec/ctdb/ctdb_mutex_ceph_rados_helper ceph client.admin pool lock'
    const helper = withHost(withoutDaemon(good, 2), 2, () => ({ lock: { setting, isHelperAbsent: true } }))
    expect(findingIn(helper, 'lock-missing').message).toMatch(/helper for the cluster lock.* does not exist on node 2/)
  })
})
