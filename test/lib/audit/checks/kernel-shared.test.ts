import { describe, expect, it } from 'vitest'
import { auditSamples } from '../../../../src/lib/audit/audit.ts'
import type { Action } from '../../../../src/lib/audit/remedy.ts'
import { NODE_FLAG } from '../../../../src/lib/cluster/node.ts'
import type { HostAddress } from '../../../../src/lib/snapshot/host-facts.ts'
import type { Snapshot } from '../../../../src/lib/snapshot/snapshot.ts'
import {
  ADDRESSES,
  factsIn,
  healthyCluster,
  heldAddress,
  hostIn,
  leaderless,
  ownerIn,
  withAll,
  withFacts,
  withFlags,
  withHeld,
  withHost,
  withHosts,
  withoutDaemon,
} from '../../../support/audit-cluster.ts'

const good = withHosts(healthyCluster(), ({ hostname, links }) => ({
  links: links?.map((link) => ({ ...link, mac: `02:00:00:00:00:0${hostname?.at(-1)}` })),
}))

/** The same where two nodes show the network of one machine. */
function sharing(one: number, other: number, cluster = good): Snapshot {
  const [first, second] = [hostIn(cluster, one), hostIn(cluster, other)]
  const network = { links: first.links, addresses: [...(first.addresses ?? []), ...(second.addresses ?? [])] }
  return withHost(
    withHost(cluster, one, () => network),
    other,
    () => network,
  )
}
const found = (snapshot: Snapshot) => auditSamples([snapshot, snapshot]).findings

describe('two nodes in one network namespace', () => {
  it('are found, with what follows from it', () => {
    const findings = found(sharing(0, 1))
    expect(findings.filter(({ causedBy }) => !causedBy).map(({ id, message }) => `${id}: ${message}`)).toEqual([
      'kernel-shared: nodes 0 and 1 share one kernel',
    ])
    expect([...new Set(findings.map(({ id }) => id))].toSorted()).toEqual(['ip-rogue', 'kernel-shared'])
  })

  it('lose no address by advice', () => {
    const actions = found(sharing(0, 1)).flatMap((finding) => finding.actions)
    expect(actions.filter(({ kind }) => kind === 'remove' || kind === 'command')).toEqual([])
  })

  it('are not two nodes of which one only has the private address of the other', () => {
    const [mine, theirs] = [hostIn(good, 0), hostIn(good, 1)]
    const both = [...(mine.addresses ?? []), ...(theirs.addresses ?? [])]
    expect(found(withHost(good, 0, () => ({ addresses: both }))).map(({ id }) => id)).not.toContain('kernel-shared')
  })

  it('are not two machines with the same link addresses', () => {
    const copied = withHost(good, 1, () => ({ links: hostIn(good, 0).links }))
    expect(found(copied).map(({ id }) => id)).toEqual(['iface-same-mac'])
  })
})

/** An address in the kernel that nodes 0 and 1 share. */
const withBoth = (snapshot: Snapshot, ...held: HostAddress[]): Snapshot => withHeld(withHeld(snapshot, 0, ...held), 1, ...held)
/** The first address of a node. */
const ofNode = (pnn: number): string => ADDRESSES.find((address) => ownerIn(good, address) === pnn) ?? ''
const onNode0 = ofNode(0)
const orphan = '10.0.0.7'
const known = withAll(good, ({ known = [], available = [] }) => ({
  known: [...known, { address: orphan, owner: null, interfaces: ['eth1'], activeInterface: null }],
  available,
}))
const silent = withFacts(sharing(0, 1), 1, ({ pnn, host }) => ({
  known: undefined,
  missing: [{ fact: 'known', code: 'TIMEOUT', message: `node ${pnn} took too long` }],
  ...(host && { host }),
}))
/** Node 1 has lost its daemon, and a takeover run has settled what it had. */
const dead = sharing(
  0,
  1,
  withHost(withoutDaemon(good, 1), 1, ({ addresses = [] }) => ({
    addresses: addresses.filter(({ address }) => !ADDRESSES.includes(address)),
  })),
)
const mayNotHost = [NODE_FLAG.STOPPED, NODE_FLAG.BANNED, NODE_FLAG.DISABLED, NODE_FLAG.DISCONNECTED, NODE_FLAG.UNHEALTHY]

const situations: readonly (readonly [what: string, cluster: Snapshot])[] = [
  ['both work', sharing(0, 1)],
  ...mayNotHost.flatMap((flags) =>
    [0, 1].map((pnn) => [`node ${pnn} has flags ${flags}`, sharing(0, 1, withFlags(good, pnn, flags))] as const),
  ),
  ['node 0 has no daemon', sharing(0, 1, withoutDaemon(good, 0))],
  ['node 1 has no daemon', dead],
  ['node 1 has just lost its daemon', sharing(0, 1, withoutDaemon(good, 1))],
  ['node 1 has no daemon, and a fault in its nodes file', nodesFile(dead, 'x\n')],
  ['node 1 has no daemon and no nodes file', nodesFile(dead, null)],
  ['node 1 has no daemon, and another lock', withLock(dead)],
  ['node 1 does not say what it knows', silent],
  ['no node leads', leaderless(sharing(0, 1))],
  ['an address of node 0 is on two interfaces', withBoth(sharing(0, 1), heldAddress(onNode0, 24, 'eth0'))],
  ['an address of node 0 cannot be used', withBoth(sharing(0, 1), { ...heldAddress(onNode0, 24, 'eth1'), dadFailed: true })],
  ['an address of node 0 has two masks', withBoth(sharing(0, 1), heldAddress(onNode0, 16, 'eth1'))],
  ['an address is of nobody', withBoth(sharing(0, 1, known), heldAddress(orphan, 24, 'eth1'))],
  ['an address is of nobody, and node 1 is stopped', orphanOf(NODE_FLAG.STOPPED)],
  ['an address is of nobody, and node 1 is disabled', orphanOf(NODE_FLAG.DISABLED)],
  ['an address of node 0 is in the kernel of node 2', withHeld(sharing(0, 1), 2, heldAddress(onNode0, 24, 'eth1'))],
]

function nodesFile(snapshot: Snapshot, text: string | null): Snapshot {
  return withHost(snapshot, 1, () => ({ nodesFile: text }))
}
function withLock(snapshot: Snapshot): Snapshot {
  return withHost(snapshot, 1, () => ({ configFile: '[cluster]\n  cluster lock = /other\n' }))
}
function orphanOf(flags: number): Snapshot {
  return withBoth(sharing(0, 1, withFlags(known, 1, flags)), heldAddress(orphan, 24, 'eth1'))
}

describe('advice where nodes 0 and 1 share a kernel', () => {
  it.each(situations)('does no harm to the one by what it does to the other: %s', (_, cluster) => {
    const findings = found(cluster)
    expect(findings.map(({ id }) => id)).toContain('kernel-shared')
    for (const { id, subject, actions } of findings) {
      const owners = ownersOf(cluster, subject.address ?? '')
      const isOfOther = subject.pnn !== undefined && subject.pnn < 2 && owners.length === 1 && owners[0] === 1 - subject.pnn
      const harm = actions.filter((action) => harms(cluster, action) || (isOfOther && action.kind === 'command'))
      expect({ id, subject, harm }).toEqual({ id, subject, harm: [] })
    }
  })

  it.each([NODE_FLAG.STOPPED, NODE_FLAG.BANNED, NODE_FLAG.DISABLED])(
    'is not about what a node with flags %i does not have for itself',
    (flags) => {
      const findings = found(sharing(0, 1, withFlags(good, 1, flags)))
      const ids = findings.map(({ id }) => id)
      expect(ids).not.toContain('ip-on-inactive-node')
      expect(ids).toContain('kernel-shared')
    },
  )

  it('is against a start that drops the addresses of the other', () => {
    const findings = found(dead)
    expect(findings.filter(({ causedBy }) => !causedBy).map(({ id }) => id)).toEqual(['node-disconnected', 'kernel-shared'])
    expect(findings[0]?.remedy).toContain(
      'Before ctdbd is started on node 1, give it a network namespace of its own: its kernel is that of node 0, too, and a ctdbd that starts drops all public addresses of its file (see kernel-shared).',
    )
  })

  it('says that takeover runs do not help', () => {
    const outlookOf = (cluster: Snapshot) => found(cluster).find(({ id }) => id === 'kernel-shared')?.outlook
    expect(outlookOf(sharing(0, 1))).toContain('none of them helps')
    expect(outlookOf(sharing(0, 1, withFlags(good, 1, NODE_FLAG.DISABLED)))).toContain('none of them helps')
    expect(outlookOf(dead)).not.toContain('none of them helps')
  })

  it('does not expect the address on a second node after a run', () => {
    const findings = found(withHeld(dead, 2, heldAddress(onNode0, 24, 'eth1')))
    const rogue = findings.find(({ id, subject }) => id === 'ip-rogue' && subject.pnn === 2)
    expect(rogue?.claims.filter(({ kind }) => kind === 'hosted')).toEqual([expect.not.objectContaining({ besides: [1] })])
  })

  it('is as elsewhere for an address of a node with a kernel of its own', () => {
    const address = ofNode(2)
    const findings = found(withBoth(sharing(0, 1), heldAddress(address, 24, 'eth1')))
    const rogue = findings.filter(({ id, subject }) => id === 'ip-rogue' && subject.address === address)
    expect(rogue.map(({ causedBy }) => causedBy?.includes('kernel-shared'))).toEqual([false, false])
    expect(rogue.flatMap(({ actions }) => actions.map(({ kind }) => kind))).toContain('remove')
  })
})

/** The nodes that say that they own an address. */
const ownersOf = (cluster: Snapshot, address: string): number[] =>
  [0, 1, 2].filter((pnn) => factsIn(cluster, pnn).known?.some((each) => each.address === address && each.owner === pnn))

/** Whether a step removes what the other node with the same kernel owns, or may own or take, or starts a daemon, which does so. */
function harms(cluster: Snapshot, action: Action): boolean {
  if (action.kind === 'start') return action.pnn < 2
  if (action.kind !== 'remove' || action.pnn > 1) return false
  const other = 1 - action.pnn
  if (!factsIn(cluster, other).known) return true
  const owners = action.held.map(({ address }) => ownersOf(cluster, address))
  return owners.some((pnns) => pnns.length === 0 || pnns.includes(other))
}
