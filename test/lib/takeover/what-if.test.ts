import { describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { planTakeover } from '../../../src/lib/takeover/plan.ts'
import { type Edit, imagine } from '../../../src/lib/takeover/what-if.ts'
import { type Made, makeSnapshot } from '../../support/snapshots.ts'

/** Where each address would go, and what was assumed. */
function foresee(made: Made, ...edits: Edit[]) {
  const now = makeSnapshot(made)
  const before = structuredClone(now)
  const { snapshot: imagined, assumptions } = imagine(now, edits)
  expect(now).toEqual(before)
  const { addresses, leader } = planTakeover(now, { imagined, assumptions })
  return { owners: addresses.map(({ to }) => to), from: addresses.map(({ from }) => from), assumptions, leader }
}

const spread: Made = { owners: [0, 1, 2] }

describe('what if', () => {
  it('a node goes down: its addresses move, and it is still named as their former owner', () => {
    const { owners, from } = foresee(spread, { kind: 'down', pnn: 2 })
    expect(from).toEqual([0, 1, 2])
    expect(owners.slice(0, 2)).toEqual([0, 1])
    expect([0, 1]).toContain(owners[2])
  })

  it('the leader goes down: another is assumed to lead', () => {
    const { leader, assumptions } = foresee(spread, { kind: 'down', pnn: 0 })
    expect(leader).toBe(1)
    expect(assumptions).toEqual(['node 0 is the leader; node 1 is assumed to succeed it'])
  })

  it('a node comes up: it gets its share', () => {
    const { owners, assumptions } = foresee(
      { owners: [0, 1, 0, 1], flags: { 2: NODE_FLAG.DISCONNECTED } },
      { kind: 'up', pnn: 2 },
    )
    expect(owners).toContain(2)
    expect(assumptions.length).toBe(2)
    expect(foresee({ owners: [0, 0], flags: { 1: NODE_FLAG.STOPPED } }, { kind: 'up', pnn: 1 }).owners).toContain(1)
  })

  it('a node is stopped or banned: it has no addresses, and is still asked which it knows', () => {
    for (const kind of ['stop', 'ban'] as const) {
      const { owners, from, leader, assumptions } = foresee(spread, { kind, pnn: 0 })
      expect(from).toEqual([0, 1, 2])
      expect(owners).not.toContain(0)
      expect(leader).toBe(1)
      expect(assumptions).toEqual(['node 0 is the leader; node 1 is assumed to succeed it'])
    }
    const ignorant = { known: [], available: [] }
    const alone = foresee({ owners: [0, 0], facts: { 1: ignorant, 2: ignorant } }, { kind: 'stop', pnn: 0 })
    expect(alone.owners).toEqual([null, null])
    const stopped: Made = { owners: [0, 0], flags: { 1: NODE_FLAG.STOPPED } }
    expect(() => foresee(stopped, { kind: 'stop', pnn: 1 })).toThrow('node 1 is STOPPED|INACTIVE')
  })

  it('a node is disabled, or enabled', () => {
    expect(foresee(spread, { kind: 'disable', pnn: 1 }).owners).not.toContain(1)
    expect(foresee({ owners: [0, 0, 2], flags: { 1: NODE_FLAG.DISABLED } }, { kind: 'enable', pnn: 1 }).owners).toContain(1)
  })

  it('a link goes down, or comes up', () => {
    const { owners, assumptions } = foresee(spread, { kind: 'link-down', pnn: 1, interfaceName: 'eth1' })
    expect(owners).not.toContain(1)
    expect(assumptions[0]).toContain('CTDB_PARTIALLY_ONLINE_INTERFACES')
    const unplugged = { 1: { available: [], interfaces: [{ name: 'eth1', linkUp: false, references: 0 }] } }
    const plugged = foresee({ owners: [0, 0, 2], facts: unplugged }, { kind: 'link-up', pnn: 1, interfaceName: 'eth1' })
    expect(plugged.owners).toContain(1)
  })

  it('there are other addresses, other nodes, other settings', () => {
    expect(foresee(spread, { kind: 'add-address', address: '10.0.0.50' }).owners[3]).not.toBeNull()
    expect(foresee(spread, { kind: 'add-address', address: '10.0.0.50', pnns: [1] }).owners[3]).toBe(1)
    expect(foresee(spread, { kind: 'remove-address', address: '10.0.0.2' }).owners).toEqual([0, 2])
    expect(foresee({ owners: [0, 1, 2, 0, 1, 2] }, { kind: 'add-nodes', count: 2 }).owners).toEqual(
      expect.arrayContaining([3, 4]),
    )
    expect(foresee({ owners: [null] }, { kind: 'set', tunable: 'noiptakeover', value: 1 }).owners).toEqual([null])
    expect(foresee({ owners: [2, 1, 0] }, { kind: 'algorithm', algorithm: 'deterministic' }).owners).toEqual([2, 1, 0])
  })

  it('an address is moved: the next run leaves it there, or takes it back', () => {
    const moved: Edit = { kind: 'move', address: '10.0.0.1', pnn: 1 }
    expect(foresee({ owners: [0, 1, 2, 0] }, moved).owners).toEqual([1, 1, 2, 0])
    expect(foresee({ owners: [2, 1, 0], tunables: { IPAllocAlgorithm: 0 } }, moved).owners).toEqual([2, 1, 0])
  })

  it('several things at once', () => {
    const { owners } = foresee(
      { owners: [0, 1, 2, 0, 1, 2] },
      { kind: 'down', pnn: 2 },
      { kind: 'disable', pnn: 1 },
      { kind: 'remove-address', address: '10.0.0.1' },
    )
    expect(owners).toEqual([0, 0, 0, 0, 0])
  })

  it.each<[Edit, string]>([
    [{ kind: 'down', pnn: 9 }, 'there is no node 9'],
    [{ kind: 'up', pnn: 1 }, 'node 1 is already up and healthy'],
    [{ kind: 'enable', pnn: 1 }, 'node 1 is not disabled'],
    [{ kind: 'link-down', pnn: 1, interfaceName: 'eth9' }, 'node 1 has no interface "eth9" for public addresses (it has eth1)'],
    [{ kind: 'link-up', pnn: 1, interfaceName: 'eth1' }, 'the link of eth1 on node 1 is already up'],
    [{ kind: 'set', tunable: 'NoSuchVar', value: 1 }, 'there is no tunable "NoSuchVar"'],
    [{ kind: 'set', tunable: 'IPAllocAlgorithm', value: 3 }, 'IPAllocAlgorithm is 0, 1 or 2'],
    [{ kind: 'add-address', address: '10.0.0.300' }, '"10.0.0.300" is not an IP address'],
    [{ kind: 'add-address', address: '10.0.0.1' }, 'node 0 already knows 10.0.0.1'],
    [{ kind: 'add-address', address: '10.0.0.50', pnns: [7] }, 'there is no node 7'],
    [{ kind: 'remove-address', address: '10.0.0.50' }, 'no node knows 10.0.0.50'],
    [{ kind: 'move', address: '10.0.0.50', pnn: 1 }, 'node 1 cannot host 10.0.0.50: the address is not in its public addresses'],
    [{ kind: 'move', address: '10.0.0.1', pnn: 9 }, 'there is no node 9'],
    [{ kind: 'add-nodes', count: 0 }, 'at most 1000 nodes'],
  ])('%j is refused', (edit, reason) => {
    expect(() => imagine(makeSnapshot(spread), [edit])).toThrow(reason)
  })
})

describe('what if no node is well any more', () => {
  const old = (version: string, tunables: Record<number, number> = {}): Snapshot => {
    const snapshot = makeSnapshot({ owners: [0, 1, 2], flags: { 2: NODE_FLAG.UNHEALTHY } })
    const nodes = snapshot.nodes.map((facts) => ({
      ...facts,
      tunables: { ...facts.tunables, NoIPHostOnAllDisabled: tunables[facts.pnn] ?? 0 },
      host: { reachedBy: 'locally', daemonAnswers: true, version },
    }))
    return { ...snapshot, nodes, leader: { ...snapshot.leader, era: 'recmaster' as const } }
  }
  const allOff: Edit[] = [0, 1].map((pnn) => ({ kind: 'disable', pnn }))
  const owners = (now: Snapshot, edits: readonly Edit[]) => {
    const { snapshot: imagined } = imagine(now, edits)
    return planTakeover(now, { imagined }).addresses.map(({ to }) => to)
  }

  it('the nodes keep their addresses up to 4.8, and those that are connected get those of the others', () => {
    expect(owners(old('4.8.3'), allOff)).toEqual([0, 1, 2])
    expect(owners(old('4.8.3'), [...allOff, { kind: 'stop', pnn: 1 }])).not.toContain(1)
    expect(owners(old('4.8.3'), [...allOff, { kind: 'stop', pnn: 1 }])).not.toContain(null)
    expect(owners(old('4.9.0'), allOff)).toEqual([null, null, null])
  })

  it('they lose them if NoIPHostOnAllDisabled is set: on the leader, up to 4.5 on each node', () => {
    expect(owners(old('4.8.3', { 0: 1 }), allOff)).toEqual([null, null, null])
    expect(owners(old('4.8.3', { 1: 1 }), allOff)).toEqual([0, 1, 2])
    expect(owners(old('4.5.0', { 0: 1 }), allOff)).not.toContain(0)
    expect(owners(old('4.5.0', { 0: 1 }), allOff)).not.toContain(null)
  })

  it('they lose them as soon as one is well again', () => {
    const off = imagine(old('4.8.3'), allOff).snapshot
    expect(owners(off, [{ kind: 'enable', pnn: 1 }])).toEqual([1, 1, 1])
    expect(owners(old('4.8.3'), [allOff[0] as Edit])).toEqual([1, 1, 1])
  })
})
