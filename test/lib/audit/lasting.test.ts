import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import type { Claim } from '../../../src/lib/audit/outlook.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import {
  ADDRESSES,
  findingIn,
  healthyCluster,
  heldAddress,
  leaderless,
  ownerIn,
  withAll,
  withFacts,
  withFlags,
  withHeld,
  withHost,
  withoutDaemon,
} from '../../support/audit-cluster.ts'

// "Nothing until …": what ends it besides what somebody does to it. Random clusters showed each of them.

const good = healthyCluster()
const [ADDRESS = ''] = ADDRESSES
const owner = ownerIn(good, ADDRESS)

const firstClaim = (snapshot: Snapshot, id: string): Claim | undefined => findingIn(snapshot, id).claims[0]
const setOn = (pnns: readonly number[], values: Readonly<Record<string, number>>): Snapshot =>
  pnns.reduce((changed, pnn) => withFacts(changed, pnn, ({ tunables }) => ({ tunables: { ...tunables, ...values } })), good)

describe('a tunable', () => {
  it('differs only as long as the nodes that have it take part', () => {
    const differing = withFacts(setOn([0], { MonitorInterval: 15 }), 1, ({ tunables }) => ({
      tunables: { ...tunables, MonitorInterval: 3 },
    }))
    expect(firstClaim(differing, 'tunables-differ')).toMatchObject({ kind: 'stays', after: { on: 'leaves', pnns: [0, 1] } })
    expect(findingIn(differing, 'tunables-differ').outlook).toMatch(
      /^Nothing until one of nodes 0 and 1 is banned, stopped or disconnected: tunables are set on each node separately/,
    )
  })

  it.each([
    ['failover-off', { NoIPTakeover: 1 }],
    ['tunable-ineffective', { IPAllocAlgorithm: 7 }],
    ['tunable-ineffective', { IPAllocAlgorithm: 0, NoIPFailback: 1 }],
  ])('counts as long as its node leads, unless all nodes have it: %s %j', (id, values) => {
    expect(firstClaim(setOn([0], values), id)).toMatchObject({ kind: 'stays', after: { on: 'leader leaves', pnn: 0 } })
    expect(findingIn(setOn([0], values), id).outlook).toMatch(/^Nothing until node 0 is no longer the leader/)
    expect(firstClaim(setOn([0, 1, 2], values), id)).not.toHaveProperty('after')
    expect(firstClaim(withoutDaemon(setOn([0, 1, 2], values), 2), id)).toHaveProperty('after')
  })

  it('counts until there is a leader without it, where there is none', () => {
    expect(firstClaim(leaderless(setOn([1], { NoIPTakeover: 1 })), 'failover-off')).toMatchObject({
      after: { on: 'either', triggers: [{ on: 'leader' }, { on: 'leaves', pnns: [1] }] },
    })
  })
})

describe('an address that is not as its daemon or its file has it', () => {
  const several = healthyCluster({ interfacesOf: () => ['eth1', 'eth2'] })
  const elsewhere = (snapshot: Snapshot): Snapshot => {
    const pnn = ownerIn(snapshot, ADDRESS)
    return withHost(snapshot, pnn, ({ addresses = [] }) => ({
      addresses: addresses.map((held) => (held.address === ADDRESS ? { ...held, interfaceName: 'eth0' } : held)),
    }))
  }
  const masked = (snapshot: Snapshot): Snapshot =>
    withHost(snapshot, ownerIn(snapshot, ADDRESS), ({ addresses = [] }) => ({
      addresses: addresses.map((held) => (held.address === ADDRESS ? { ...held, maskBits: 25 } : held)),
    }))
  const twice = (snapshot: Snapshot): Snapshot => withHeld(snapshot, ownerIn(snapshot, ADDRESS), heldAddress(ADDRESS, 24, 'eth0'))

  it.each([
    ['ip-wrong-interface', elsewhere],
    ['ip-wrong-mask', masked],
    ['ip-twice-on-node', twice],
  ])('stays so until a takeover run moves it, which may be to another interface of the node: %s', (id, change) => {
    expect(firstClaim(change(good), id)).toMatchObject({ after: { on: 'release', pnn: owner, addresses: [ADDRESS] } })
    expect(firstClaim(change(good), id)?.after).not.toHaveProperty('orMoves')
    expect(firstClaim(change(several), id)).toMatchObject({ after: { on: 'release', orMoves: true } })
    expect(findingIn(change(several), id).outlook).toMatch(
      /^Nothing until the node releases the address, or moves it to another interface: /,
    )
  })

  it('shows a changed mask in the file only while its kernel has it', () => {
    const edited = (from: string, to: string) =>
      withHost(good, owner, ({ publicAddressesFile }) => ({ publicAddressesFile: publicAddressesFile?.replace(from, to) ?? '' }))
    expect(findingIn(edited(`${ADDRESS}/24`, `${ADDRESS}/28`), 'file-mask-iface-change').outlook).toBe(
      'Nothing until ctdbd is started on the node, or the node releases the address: `ctdb reloadips` ignores it, and only the kernel shows which mask the daemon uses.',
    )
    expect(firstClaim(edited(`${ADDRESS}/24 eth1`, `${ADDRESS}/24 eth0`), 'file-mask-iface-change')).toMatchObject({
      after: { on: 'start', pnn: owner },
    })
  })
})

describe('a daemon that answers again', () => {
  it('may release an address that several dead nodes have', () => {
    const [one = 0, two = 0] = [0, 1, 2].filter((pnn) => pnn !== owner)
    const left = [one, two].reduce(
      (changed, pnn) => withHeld(withoutDaemon(changed, pnn), pnn, heldAddress(ADDRESS, 24, 'eth1')),
      { ...healthyCluster({ leader: owner }), askedNode: owner },
    )
    expect(firstClaim(left, 'ip-duplicate-kernel')).toMatchObject({
      kind: 'kept',
      pnns: [one, two],
      after: {
        on: 'either',
        triggers: [
          { on: 'answers', pnn: one },
          { on: 'answers', pnn: two },
        ],
      },
    })
  })

  it('may own an address that nobody else owns', () => {
    const [one = 0, two = 0] = [0, 1, 2].filter((pnn) => pnn !== owner)
    // Each of the two believes the other to be the owner; the node that was it is silent.
    const unowned = withoutDaemon(good, owner)
    const believing = [one, two].reduce(
      (changed, pnn) =>
        withFacts(changed, pnn, ({ known = [] }) => ({
          known: known.map((each) => (each.address === ADDRESS ? { ...each, owner: pnn === one ? two : one } : each)),
        })),
      unowned,
    )
    expect(firstClaim(believing, 'ip-unhosted')).toMatchObject({
      kind: 'stays',
      after: { on: 'either', triggers: [{ on: 'run' }, { on: 'answers', pnn: owner }] },
    })
    expect(findingIn(believing, 'ip-unhosted').outlook).toMatch(
      /^Nothing until the next takeover run, or a daemon answers on node \d again: /,
    )
  })

  it('may know an address that only one other node knows, whichever of the silent ones it is', () => {
    const single = withAll(good, ({ pnn, known = [], host }) => ({
      known: known.filter(({ address }) => address !== ADDRESS || pnn === 0),
      ...(host &&
        pnn !== 0 && {
          host: { ...host, publicAddressesFile: host.publicAddressesFile?.replace(/^10\.0\.0\.1\/.*\n/m, '') ?? '' },
        }),
    }))
    expect(firstClaim(single, 'ip-single-node')).not.toHaveProperty('after')
    expect(findingIn(withoutDaemon(withoutDaemon(single, 1), 2), 'ip-single-node').outlook).toMatch(
      /^Nothing until a daemon answers on node 1 again, or a daemon answers on node 2 again: /,
    )
  })
})

describe('an IPv6 address that a kernel does not use, which CTDB up to 4.21 does not see,', () => {
  const addresses = ['fd00::1', 'fd00::2', 'fd00::3']
  const cluster = healthyCluster({ addresses, leader: ownerIn(healthyCluster({ addresses }), 'fd00::1') })
  const holder = (ownerIn(cluster, 'fd00::1') + 1) % 3
  const unusable = { ...heldAddress('fd00::1', 64, 'eth1'), dadFailed: true, tentative: true }
  const failed = withHeld(cluster, holder, unusable)
  const takes = { on: 'takes', pnn: holder, address: 'fd00::1' }

  it('stays until the node is given it', () => {
    expect(firstClaim(failed, 'ip-dad-failed')).toMatchObject({ kind: 'stays', after: takes })
    expect(findingIn(failed, 'ip-rogue').outlook).toMatch(
      /^Nothing until the node takes over the address: CTDB on node \d does not see/,
    )
  })

  it('stays on a node without a daemon until one is started, which drops all addresses of its file', () => {
    const dead = withoutDaemon(failed, holder)
    expect(firstClaim(dead, 'ip-dad-failed')).toMatchObject({ kind: 'stays', after: { on: 'answers', pnn: holder } })
  })

  it('stays until it is released, where the node has it elsewhere too', () => {
    const both = withHeld(failed, holder, heldAddress('fd00::1', 64, 'eth0'))
    expect(firstClaim(both, 'ip-dad-failed')).toMatchObject({ after: { on: 'release', pnn: holder, addresses: ['fd00::1'] } })
  })

  it('is not released by a node that releases all it has', () => {
    const stopped = withFacts(withHeld(withFlags(cluster, holder, NODE_FLAG.STOPPED), holder, unusable), holder, () => ({
      recoveryMode: 1,
    }))
    expect(firstClaim(stopped, 'ip-on-inactive-node')).toMatchObject({ kind: 'stays', after: takes })
    const beside = withHeld(stopped, holder, heldAddress('fd00::2', 64, 'eth1'))
    const { outlook } = auditSamples([beside]).findings.find(
      ({ id, subject }) => id === 'ip-on-inactive-node' && subject.address === 'fd00::2',
    ) ?? { outlook: undefined }
    expect(outlook).toMatch(/^The node releases all addresses but fd00::1 within \d+ s, unless recovery mode ends before/)
  })
})
