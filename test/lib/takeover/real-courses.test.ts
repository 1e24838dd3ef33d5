import { describe, expect, it } from 'vitest'
import { NODE_FLAG, type Pnn } from '../../../src/lib/cluster/node.ts'
import { type KnownAddress, type NodeFacts, SNAPSHOT_VERSION, type Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { obstacle } from '../../../src/lib/takeover/can-host.ts'
import { courseOf, planOf } from '../../../src/lib/takeover/course.ts'
import type { Edit } from '../../../src/lib/takeover/what-if.ts'
import { planWhatIf } from '../../../src/lib/takeover/what-if-plan.ts'

// What a real cluster of 4.25 did: three nodes that know different addresses, 10.99.2.* on eth0, the others on eth1.

const { BANNED, DISABLED, DISCONNECTED, UNHEALTHY } = NODE_FLAG

const numbers = (prefix: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${prefix}${from + index}`)

const KNOWN: readonly (readonly string[])[] = [
  [...numbers('10.99.1.', 131, 136), ...numbers('10.99.2.', 1, 3), ...numbers('fd00:99::', 1, 2)],
  [...numbers('10.99.1.', 131, 134), ...numbers('10.99.2.', 1, 3), ...numbers('fd00:99::', 1, 3)],
  [...numbers('10.99.1.', 133, 138), ...numbers('10.99.2.', 2, 4), ...numbers('fd00:99::', 2, 3)],
]

const interfaceOf = (address: string): string => (address.startsWith('10.99.2.') ? 'eth0' : 'eth1')

interface Real {
  readonly leader: Pnn
  readonly flags: readonly number[]
  /** `0 eth0`: an interface without link. */
  readonly unplugged: readonly string[]
  readonly tunables: Readonly<Record<string, number>>
  readonly owners: Readonly<Record<string, Pnn>>
  /** The kernel of a node has an address that its daemon does not own: `1 10.99.2.1 eth0`. */
  readonly left?: string
}

/** All interfaces were ends of veth pairs, which the scripts of 4.25 do not find by themselves. */
function hostOf(pnn: Pnn, left: string | undefined): Pick<NodeFacts, 'host'> {
  const [holder, address = '', interfaceName = ''] = left?.split(' ') ?? []
  if (Number(holder) !== pnn) return {}
  const flags = { secondary: false, scope: 'global', dynamic: false, tentative: false, dadFailed: false, validSeconds: null }
  return {
    host: {
      reachedBy: 'ssh',
      daemonAnswers: true,
      version: '4.25.0',
      links: [{ name: interfaceName, up: true, carrier: true, altnames: [], parent: 'if8' }],
      addresses: [{ address, maskBits: 24, interfaceName, ...flags }],
    },
  }
}

function snapshotOf({ leader, flags, unplugged, tunables, owners, left }: Real): Snapshot {
  const nodeMap = flags.map((each, pnn) => ({ pnn, address: `10.99.0.${pnn + 1}`, flags: each }))
  const nodes = KNOWN.map((known, pnn): NodeFacts => {
    if (((flags[pnn] ?? 0) & DISCONNECTED) !== 0) {
      const publicAddressesFile = known.map((address) => `${address}/24 ${interfaceOf(address)}\n`).join('')
      return { pnn, missing: [], host: { reachedBy: 'ssh', daemonAnswers: false, publicAddressesFile } }
    }
    return {
      pnn,
      missing: [],
      runState: 'RUNNING',
      nodeMap,
      tunables,
      known: known.map(
        (address): KnownAddress => ({ address, owner: owners[address] ?? null, interfaces: [interfaceOf(address)] }),
      ),
      interfaces: ['eth0', 'eth1'].map((name) => ({ name, linkUp: !unplugged.includes(`${pnn} ${name}`), references: 0 })),
      ...hostOf(pnn, left),
    }
  })
  const snapshot: Snapshot = {
    formatVersion: SNAPSHOT_VERSION,
    takenAt: '2026-01-02T03:04:05.678Z',
    askedNode: 0,
    leader: { pnn: leader, era: 'leader' },
    nodeMap,
    nodes,
  }
  const available = ({ pnn, known = [] }: NodeFacts) =>
    known.map(({ address }) => address).filter((address) => obstacle(snapshot, pnn, address) === undefined)
  return { ...snapshot, nodes: nodes.map((facts) => (facts.known ? { ...facts, available: available(facts) } : facts)) }
}

const owned = (addresses: readonly { readonly address: string; readonly to: Pnn | null }[]): Record<string, Pnn> =>
  Object.fromEntries(addresses.flatMap(({ address, to }) => (to === null ? [] : [[address, to] as const])))

/** `1: 131 132, 2: …` as a map. */
const ownersFrom = (lists: Readonly<Record<Pnn, readonly string[]>>): Record<string, Pnn> =>
  Object.fromEntries(Object.entries(lists).flatMap(([pnn, list]) => list.map((address) => [address, Number(pnn)])))

const eth1 = (...last: number[]) => last.map((each) => `10.99.1.${each}`)
const eth0 = (...last: number[]) => last.map((each) => `10.99.2.${each}`)
const ipv6 = (...last: number[]) => last.map((each) => `fd00:99::${each}`)

describe('on a real cluster of 4.25', () => {
  it('a daemon that was started got what only its own file lists', () => {
    const owners = ownersFrom({
      0: [...eth1(133, 135, 136), ...ipv6(1)],
      1: [...eth1(131, 132, 134), ...eth0(1, 2, 3), ...ipv6(2, 3)],
    })
    const now = snapshotOf({
      leader: 0,
      flags: [0, 0, DISCONNECTED | DISABLED | UNHEALTHY],
      unplugged: ['0 eth0'],
      tunables: { IPAllocAlgorithm: 1, NoIPFailback: 1 },
      owners,
    })
    const plan = planWhatIf(now, [{ kind: 'start', pnn: 2 }])
    expect(owned(plan.addresses)).toEqual({ ...owners, ...ownersFrom({ 2: [...eth1(137, 138), ...eth0(4)] }) })
  })

  describe('whose node 1 never became healthy', () => {
    const owners = ownersFrom({
      0: [...eth1(131, 132, 133, 134, 136), ...ipv6(1, 2)],
      2: [...eth1(135, 137, 138), ...eth0(2, 3, 4), ...ipv6(3)],
    })
    const withNode1 = (flags: number, more: Partial<Real> = {}) =>
      snapshotOf({
        leader: 2,
        flags: [0, flags, 0],
        unplugged: ['0 eth0'],
        tunables: { IPAllocAlgorithm: 2 },
        owners,
        ...more,
      })

    it('nothing moved when its daemon was started, as the plan says of the recovery; the rest waits for its health', () => {
      const { course, assumptions } = planWhatIf(withNode1(DISCONNECTED | UNHEALTHY), [{ kind: 'start', pnn: 1 }])
      expect(course.map(({ cause, moves }) => [cause, moves.length > 0])).toEqual([
        ['recovery', false],
        ['check', false],
        ['healthy', true],
      ])
      expect(assumptions).toContain('node 1 is assumed to become healthy: its startup event and its first monitor event succeed')
    })

    // The same was seen three times.
    it('nothing moved when it was unbanned', () => {
      const plan = planWhatIf(withNode1(BANNED | UNHEALTHY), [{ kind: 'unban', pnn: 1 }])
      expect(owned(plan.addresses)).toEqual(owners)
      expect(plan.assumptions.join()).toContain('node 1 is still UNHEALTHY')
    })

    describe('as its kernel kept an address that its scripts could not remove', () => {
      const left = '1 10.99.2.1 eth0'
      const FAILS = 'the kernel of node 1 has 10.99.2.1 on eth0, where the scripts of this version do not find it'
      const lost = ownersFrom({ 0: [...eth1(131, 132, 133, 134, 136), ...ipv6(1, 2)], 2: eth0(2, 3, 4) })
      const unplugged = ['0 eth0', '2 eth1']

      it('a run released what could not stay and took over nothing, and the plan says that it fails', () => {
        const plan = planWhatIf(withNode1(BANNED | UNHEALTHY, { unplugged, left }), [])
        expect(plan.assumptions.join()).toContain(FAILS)
        expect(owned(plan.addresses)).toEqual({ ...lost, '10.99.1.135': 0 })
        const released = plan.controls.filter(({ control, redundant }) => control === 'RELEASE_IP' && !redundant)
        const kept = Object.entries(owners).filter(([address]) => released.every((each) => each.address !== address))
        expect(Object.fromEntries(kept)).toEqual(lost)
      })

      it('what was due did not happen when it was unbanned either, of which the plan warns', () => {
        const now = withNode1(BANNED | UNHEALTHY, { unplugged, left, owners: lost })
        const plan = planWhatIf(now, [{ kind: 'unban', pnn: 1 }])
        expect(plan.course.map(({ cause, moves }) => [cause, moves.map(({ address }) => address)])).toEqual([
          ['due', ['10.99.1.135']],
          ['recovery', []],
          ['request', []],
        ])
        expect(plan.assumptions.join()).toContain(FAILS)
      })
    })
  })

  it('a run that was due already came before that of an unban, of which the plan warns', () => {
    const now = snapshotOf({
      leader: 1,
      flags: [0, 0, BANNED],
      // Its link had just been lost.
      unplugged: ['1 eth1'],
      tunables: { IPAllocAlgorithm: 2 },
      owners: ownersFrom({
        0: [...eth1(133, 135, 136), ...eth0(1, 2), ...ipv6(1)],
        1: [...eth1(131, 132, 134), ...eth0(3), ...ipv6(2, 3)],
      }),
    })
    const edits: readonly Edit[] = [{ kind: 'unban', pnn: 2 }]
    const plan = planWhatIf(now, edits)
    expect(plan.course.map(({ cause }) => cause)).toEqual(['due', 'recovery', 'request'])
    expect(owned(plan.addresses)).toEqual(
      ownersFrom({
        0: [...eth1(131, 132, 134, 136), ...eth0(1), ...ipv6(1, 2)],
        1: eth0(3),
        2: [...eth1(133, 135, 137, 138), ...eth0(2, 4), ...ipv6(3)],
      }),
    )
    expect(plan.assumptions.join()).toMatch(
      /^the cluster is not at rest: a takeover run that moves 5 addresses is due, and is assumed to come first. If it does not, the result differs/,
    )
    expect(owned(planOf(courseOf(now, edits)).addresses)).toEqual(
      ownersFrom({
        0: [...eth1(131, 132, 135, 136), ...eth0(1, 2), ...ipv6(1)],
        1: eth0(3),
        2: [...eth1(133, 134, 137, 138), ...eth0(4), ...ipv6(2, 3)],
      }),
    )
  })
})
