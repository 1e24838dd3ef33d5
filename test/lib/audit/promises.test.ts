import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../src/lib/audit/audit.ts'
import type { Claim } from '../../../src/lib/audit/outlook.ts'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import {
  factsIn,
  findingIn,
  findingsIn,
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
  withoutNode,
} from '../../support/audit-cluster.ts'

// What the audits of random clusters in trouble promised and should not have.

const good = healthyCluster()
const ADDRESS = '10.0.0.1'
const owner = ownerIn(good, ADDRESS)
const other = (owner + 1) % 3

const claimsIn = (snapshot: Snapshot, id: string): readonly Claim[] => findingIn(snapshot, id).claims
const idsIn = (snapshot: Snapshot): string[] => findingsIn(snapshot).map(({ id }) => id)
const also = (snapshot: Snapshot, pnn: number): Snapshot => withHeld(snapshot, pnn, heldAddress(ADDRESS, 24, 'eth1'))

describe('an IPv6 address that a kernel does not use', () => {
  const cluster = healthyCluster({ addresses: ['fd00::1', 'fd00::2', 'fd00::3'] })
  const elsewhere = (ownerIn(cluster, 'fd00::1') + 1) % 3
  const failed = withHeld(cluster, elsewhere, { ...heldAddress('fd00::1', 64, 'eth1'), dadFailed: true, tentative: true })

  it('is noticed by no recovery daemon up to 4.21, and released by no takeover run', () => {
    expect(claimsIn(failed, 'ip-rogue')).toEqual([
      {
        kind: 'stays',
        after: { on: 'takes', pnn: elsewhere, address: 'fd00::1' },
        because: `CTDB on node ${elsewhere} does not see an address that cannot be used`,
      },
      expect.objectContaining({ kind: 'hosted', besides: [elsewhere] }),
    ])
  })

  it('makes no second node answer for it', () => {
    expect(idsIn(failed)).not.toContain('ip-duplicate-kernel')
  })
})

describe('an address that a service of CTDB itself has', () => {
  const rogue = (address: string, scripts: readonly string[]) =>
    withHost(also(good, other), other, ({ enabledScripts = [] }) => ({
      enabledScripts: [...enabledScripts, ...scripts],
      serviceAddresses: [{ service: 'LVS', address }],
    }))
  const hosted = expect.objectContaining({ kind: 'hosted' })

  it('is not promised to anybody, and the service explains it', () => {
    const finding = findingIn(rogue(ADDRESS, ['91.lvs']), 'ip-duplicate-kernel')
    expect(finding.claims).not.toContainEqual(hosted)
    expect(finding.claims).toContainEqual({
      kind: 'unknown',
      what: 'which kernels have the address',
      because: expect.any(String),
    })
    expect(finding.causedBy).toContain('"ip-of-service"')
  })

  it('is not promised to its owner either, from whose kernel the service has removed it', () => {
    const removed = withHost(rogue(ADDRESS, ['91.lvs']), owner, ({ addresses = [] }) => ({
      addresses: addresses.filter(({ address }) => address !== ADDRESS),
    }))
    const finding = findingIn(removed, 'ip-missing')
    expect(finding.claims).not.toContainEqual(hosted)
    expect(finding.causedBy).toContain('"ip-of-service"')
  })

  it.each([
    ['it has another address', rogue('10.0.0.2', ['91.lvs'])],
    ['its script is not enabled', rogue(ADDRESS, [])],
  ])('is promised to its owner if %s', (_, snapshot) => {
    const finding = findingIn(snapshot, 'ip-duplicate-kernel')
    expect(finding.claims).toContainEqual(hosted)
    expect(finding.causedBy).toBeUndefined()
  })
})

it('an address that another program sets where it does not belong has that for a cause, on this node only', () => {
  const setOn = (pnn: number) =>
    withHost(also(good, other), pnn, () => ({
      configuredAddresses: [{ by: 'keepalived', file: '/etc/keepalived/keepalived.conf', address: ADDRESS }],
    }))
  const causeOf = (snapshot: Snapshot, id: string) => findingIn(snapshot, id).causedBy
  expect(causeOf(setOn(other), 'ip-duplicate-kernel')).toContain('"ip-foreign-config"')
  expect(causeOf(setOn((owner + 2) % 3), 'ip-duplicate-kernel')).toBeUndefined()
})

describe('an address in two kernels', () => {
  it('stays on the node that hangs, while the owner may still release it', () => {
    const hung = withoutDaemon(also(good, other), other)
    expect(claimsIn(hung, 'ip-duplicate-kernel')[0]).toMatchObject({
      kind: 'kept',
      pnns: [other],
      addresses: [ADDRESS],
      after: { on: 'answers', pnn: other },
    })
    expect(findingIn(hung, 'ip-duplicate-kernel').outlook).toMatch(
      /^Node \d keeps the address until a daemon answers on node \d again: /,
    )
  })

  it('is released without a takeover run if the recovery lasts', () => {
    const recovering = withAll(also(good, other), () => ({ recoveryMode: 1 }))
    expect(claimsIn(recovering, 'ip-duplicate-kernel')[0]).toMatchObject({ kind: 'all-released', pnns: [other] })
    expect(findingIn(recovering, 'ip-duplicate-kernel').outlook).toContain('unless recovery mode ends before')
  })
})

describe('a takeover run', () => {
  it('is asked for only while the lock can be kept', () => {
    expect(claimsIn(also(good, other), 'ip-rogue')[0]).toMatchObject({ kind: 'run-asked', if: ['network works', 'lock works'] })
    const unlocked = withAll(also(good, other), () => ({ clusterLock: '' }))
    expect(claimsIn(unlocked, 'ip-rogue')[0]).toMatchObject({ kind: 'run-asked', if: ['network works'] })
  })

  it('that a new leader makes needs the lock, too', () => {
    expect(claimsIn(leaderless(also(good, other)), 'ip-rogue').at(-1)).toMatchObject({
      after: { on: 'leader' },
      if: ['run succeeds', 'lock works'],
    })
  })

  it('tells the owner only to nodes that it reaches', () => {
    const third = (owner + 2) % 3
    const stale = withFacts(good, other, ({ known = [] }) => ({
      known: known.map((each) => (each.address === ADDRESS ? { ...each, owner: third } : each)),
    }))
    expect(claimsIn(stale, 'ip-stale-view')[0]).toMatchObject({ kind: 'owner-known', if: ['network works', 'nothing changes'] })
  })
})

it('a link is looked at again only where there are monitor events', () => {
  const unplugged = withHost(good, 1, ({ links = [] }) => ({
    links: links.map((link) => (link.name === 'eth1' ? { ...link, carrier: false } : link)),
  }))
  expect(claimsIn(unplugged, 'iface-link-mismatch')[0]?.if).toEqual(['script runs', 'network works', 'lock works'])
})

describe('without a leader', () => {
  it.each([
    ['failover-off', { NoIPTakeover: 1 }],
    ['tunable-ineffective', { IPAllocAlgorithm: 7 }],
  ])('the tunables of the other nodes count for %s', (id, values) => {
    const changed = withAll(good, ({ tunables }) => ({ tunables: { ...tunables, ...values } }))
    expect(idsIn(changed)).toContain(id)
    expect(idsIn(leaderless(changed))).toContain(id)
  })
})

it('an address that is added to a file is not loaded together with changes that are not meant', () => {
  const single = withAll(good, ({ pnn, known = [] }) => ({
    known: known.filter(({ address }) => address !== ADDRESS || pnn === owner),
  }))
  const files = [0, 1, 2].reduce(
    (changed, pnn) =>
      withHost(changed, pnn, ({ publicAddressesFile }) => ({
        publicAddressesFile: pnn === owner ? publicAddressesFile : publicAddressesFile?.replace(/^10\.0\.0\.1\/.*\n/m, ''),
      })),
    single,
  )
  expect(findingIn(files, 'ip-single-node').remedy).not.toContain('see file-not-loaded')
  const pending = withHost(files, other, ({ publicAddressesFile }) => ({
    publicAddressesFile: publicAddressesFile?.replace(/^10\.0\.0\.2\/.*\n/m, ''),
  }))
  expect(factsIn(pending, other).known?.some(({ address }) => address === '10.0.0.2')).toBe(true)
  expect(findingIn(pending, 'ip-single-node').remedy).toContain(`On node ${other} a reload changes more than that`)
})

describe('a takeover run that takes an address from its only host', () => {
  const NOT_NEEDED = /^10\.0\.0\.1, which no node can host then, is not needed$/
  const unhostable = [0, 1, 2].reduce(
    (changed, pnn) =>
      withFacts(changed, pnn, ({ available = [] }) => ({ available: available.filter((each) => each !== ADDRESS) })),
    good,
  )

  it('is advised only if that is wanted', () => {
    const { actions } = findingIn(unhostable, 'imbalance')
    expect(actions.at(-1)).toMatchObject({ command: 'ctdbts takeover-run', if: expect.stringMatching(NOT_NEEDED) })
    const disabled = [0, 1, 2].reduce(
      (changed, pnn) =>
        withFacts(changed, pnn, ({ nodeMap = [] }) => ({
          nodeMap: nodeMap.map((node) => (node.pnn === owner ? { ...node, flags: NODE_FLAG.DISABLED } : node)),
        })),
      unhostable,
    )
    const held = auditSamples([{ ...disabled, nodeMap: disabled.nodes[0]?.nodeMap ?? [] }]).findings.find(
      ({ id, subject }) => id === 'ip-on-inactive-node' && subject.address === ADDRESS,
    )
    expect(held?.actions).toMatchObject([{ command: 'ctdbts ipreallocate', if: expect.stringMatching(/no other node can host/) }])
  })
})

it('an address that nobody can host now stays on the dead node besides its owner', () => {
  const nobody = [0, 1, 2].reduce(
    (changed, pnn) =>
      withFacts(changed, pnn, ({ available = [], known = [] }) => ({
        available: available.filter((each) => each !== ADDRESS),
        known: known.map((each) => (each.address === ADDRESS ? { ...each, owner: null, activeInterface: null } : each)),
      })),
    withoutDaemon(good, owner),
  )
  expect(claimsIn(nobody, 'ip-unhostable')[1]).toMatchObject({ kind: 'hosted', besides: [owner] })
})

it('a banned node in recovery mode releases its addresses once more, and one that is stopped keeps them until the next run', () => {
  const banned = also(withFlags(good, other, NODE_FLAG.BANNED), other)
  const recovering = withFacts(banned, other, () => ({ recoveryMode: 1, banSeconds: 300 }))
  expect(claimsIn(recovering, 'ip-on-inactive-node')[0]).toMatchObject({ kind: 'all-released', pnns: [other] })
  expect(claimsIn(also(withFlags(good, other, NODE_FLAG.STOPPED), other), 'ip-on-inactive-node')[0]).toMatchObject({
    kind: 'stays',
    after: { on: 'run' },
  })
})

it('what nodes believe of one that none of them sees is no disagreement', () => {
  const gone = withoutDaemon(good, other)
  const differing = withFacts(gone, owner, ({ nodeMap = [] }) => ({
    nodeMap: nodeMap.map((node) => (node.pnn === other ? { ...node, flags: node.flags ^ NODE_FLAG.UNHEALTHY } : node)),
  }))
  expect(idsIn(differing)).not.toContain('flags-disagreement')
})

it('an address is not removed from a node whose ban has ended, although the others do not know yet', () => {
  const banned = also(withFlags(good, other, NODE_FLAG.BANNED), other)
  const removals = (snapshot: Snapshot) =>
    auditSamples([snapshot, snapshot])
      .findings.flatMap(({ actions }) => actions)
      .filter((action) => action.kind === 'remove' && action.pnn === other)
  const owning = withFacts(banned, other, ({ known = [] }) => ({
    known: known.map((each) => (each.address === ADDRESS ? { ...each, owner: other, activeInterface: 'eth1' } : each)),
  }))
  expect(removals(owning)).not.toEqual([])
  const unbanned = withFacts(owning, other, ({ nodeMap = [] }) => ({ nodeMap: nodeMap.map((node) => ({ ...node, flags: 0 })) }))
  expect(removals(unbanned)).toEqual([])
})

it('an address that a dead daemon left on two interfaces is not to be removed by hand beside a start of that daemon', () => {
  const twice = withHeld(withoutDaemon(good, owner), owner, heldAddress(ADDRESS, 24, 'bond0'))
  const finding = findingIn(twice, 'ip-twice-on-node')
  expect(finding.causedBy).toContain('ip-on-dead-daemon')
})

describe('a node that is stopped', () => {
  const flagged = (flags: number) => withFacts(withFlags(good, other, flags), other, () => ({ banSeconds: 6 }))

  it('does not rejoin at the end of a ban', () => {
    const both = flagged(NODE_FLAG.BANNED | NODE_FLAG.STOPPED)
    expect(claimsIn(both, 'node-banned')[0]).toMatchObject({ kind: 'unbanned', stopped: true })
    expect(findingIn(both, 'node-banned').outlook).toMatch(/^The ban ends within \d+ s, and the node stays stopped, if /)
    expect(findingIn(flagged(NODE_FLAG.BANNED), 'node-banned').outlook).toMatch(/^The ban ends and the node rejoins within /)
  })

  it.each([
    ['stopped', NODE_FLAG.STOPPED],
    ['banned', NODE_FLAG.BANNED],
  ])('or banned may still be when it is connected again: %s', (what, flag) => {
    const gone = withFlags(withoutNode(good, 2), 2, NODE_FLAG.DISCONNECTED | flag)
    expect(claimsIn(gone, 'node-disconnected')[1]).toMatchObject({ kind: 'unknown', what: `whether it is still ${what}` })
    expect(claimsIn(withoutNode(good, 2), 'node-disconnected')[1]).toMatchObject({ kind: 'running', pnn: 2 })
  })
})

describe('flags on which nodes do not agree', () => {
  const third = (owner + 2) % 3
  const seenAs = (snapshot: Snapshot, flags: number) =>
    withFacts(snapshot, owner, ({ nodeMap = [] }) => ({
      nodeMap: nodeMap.map((node) => (node.pnn === third ? { ...node, flags } : node)),
    }))

  it('are those of the node, or of one that is gone', () => {
    const away = seenAs(good, NODE_FLAG.DISCONNECTED)
    expect(claimsIn(away, 'flags-disagreement')).toMatchObject([{ kind: 'flags-agreed', pnn: third, mayBeGone: true }])
    expect(findingIn(away, 'flags-disagreement').outlook).toContain('or all nodes take it for disconnected, within')
    const silent = withFacts(seenAs(good, NODE_FLAG.UNHEALTHY), third, () => ({ nodeMap: undefined }))
    expect(claimsIn(silent, 'flags-disagreement')).toMatchObject([{ kind: 'flags-agreed', mayBeGone: true }])
  })

  it('are those of the node where it answers', () => {
    const [claim] = claimsIn(seenAs(good, NODE_FLAG.UNHEALTHY), 'flags-disagreement')
    expect(claim).toMatchObject({ kind: 'flags-agreed', pnn: third })
    expect(claim).not.toHaveProperty('mayBeGone')
  })
})

it('several leaders give addresses to nodes in recovery, so nobody knows whether these keep them', () => {
  const recovering = withAll(also(good, other), ({ pnn }) => ({ recoveryMode: 1, leaders: [pnn] }))
  expect(claimsIn(recovering, 'ip-duplicate-kernel')[0]).toMatchObject({
    kind: 'unknown',
    what: `whether node ${other} keeps addresses while several nodes lead`,
  })
})
