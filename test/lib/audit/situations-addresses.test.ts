import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import {
  findingIn,
  findingsIn,
  healthyCluster,
  heldAddress,
  ownerIn,
  rootIdsIn,
  withAll,
  withFacts,
  withFlags,
  withHeld,
  withHost,
} from '../../support/audit-cluster.ts'

// Situations around addresses that administrators have reported publicly, and their neighbours.

describe('a public address that is also the private address of a node', () => {
  const PRIVATE = '10.9.0.1'
  const both = healthyCluster({ addresses: [PRIVATE, '10.0.0.2', '10.0.0.3'] })
  const owned = (pnn: number) =>
    withAll(both, ({ known = [], host, ...facts }) => ({
      known: known.map((each) =>
        each.address === PRIVATE ? { ...each, owner: pnn, activeInterface: facts.pnn === pnn ? 'eth1' : null } : each,
      ),
      ...(host && {
        host: {
          ...host,
          addresses: [
            ...(host.addresses ?? []).filter(({ address, interfaceName }) => address !== PRIVATE || interfaceName === 'eth0'),
            ...(facts.pnn === pnn ? [heldAddress(PRIVATE, 24, 'eth1')] : []),
          ],
        },
      }),
    }))

  it.each([0, 1])('is the root of all that is wrong, and is never to be removed from that node (owner: node %i)', (owner) => {
    const snapshot = owned(owner)
    expect(rootIdsIn(snapshot)).toEqual(['public-private-overlap'])
    const { severity, outlook, remedy } = findingIn(snapshot, 'public-private-overlap')
    expect(severity).toBe('error')
    expect(outlook).toMatch(/then releases it, and is cut off from the others\.$/)
    expect(remedy).toMatch(/make no takeover run, and do not remove the address by hand\.$/)
    const removed = findingsIn(snapshot).flatMap(({ actions }) =>
      actions.filter((action) => action.kind === 'remove' && action.pnn === 0),
    )
    expect(removed).toEqual([])
  })

  it('is kept by a node that does not know it as public', () => {
    const unknown = withAll(owned(1), ({ pnn, known = [] }) => (pnn === 0 ? { known: known.slice(1) } : {}))
    expect(findingIn(unknown, 'public-private-overlap').outlook).toMatch(/two nodes then have it/)
  })
})

describe('public addresses in the private network', () => {
  it('explain no address that is where it does not belong', () => {
    const ADDRESS = '10.9.0.101'
    const one = healthyCluster({ addresses: [ADDRESS, '10.9.0.102', '10.9.0.103'] })
    const stray = withHeld(one, (ownerIn(one, ADDRESS) + 1) % 3, heldAddress(ADDRESS, 24, 'eth1'))
    expect(rootIdsIn(stray)).toEqual(['ip-duplicate-kernel', 'public-private-overlap'])
    expect(findingIn(one, 'public-private-overlap').severity).toBe('warning')
  })
})

describe('an IPv6 address that a host outside of the cluster has', () => {
  const six = healthyCluster({ addresses: ['fd00::1', 'fd00::2', 'fd00::3'] })
  const output = 'Failed to add fd00::1/64 on dev eth1\n'
  const banned = [0, 1, 2].reduce((changed, pnn) => {
    const failed = withHost(changed, pnn, ({ events = [] }) => ({
      events: events.map(({ event, scripts }) => ({
        event,
        scripts: scripts.map((run) => (event === 'takeip' ? { ...run, result: 1, output } : run)),
      })),
    }))
    return withFacts(withFlags(failed, pnn, NODE_FLAG.BANNED), pnn, () => ({ banSeconds: 300, leaders: [] }))
  }, six)
  const nobody: Snapshot = { ...banned, leader: { pnn: null, era: 'leader' } }

  it('is looked for first, when it has all nodes banned in turn', () => {
    expect(new Set(rootIdsIn(nobody))).toEqual(new Set(['script-failing']))
    expect(findingIn(nobody, 'script-failing').remedy).toMatch(
      /^No node of the cluster has fd00::1 now\. .* find it, and make it give the address up\. Fix what the script complains about/,
    )
    const { causedBy, remedy } = findingIn(nobody, 'node-banned')
    expect(causedBy).toMatch(/script-failing/)
    expect(remedy).not.toMatch(/unban/)
  })
})

it('a kernel with none of the addresses of a connected node may be that of the host of its container: no private address is missed', () => {
  const good = healthyCluster()
  const elsewhere = withHost(good, 2, () => ({ addresses: [heldAddress('192.0.2.1', 24, 'eth0')] }))
  expect(findingsIn(elsewhere).map(({ id }) => id)).not.toContain('private-ip-missing')
})
