import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../../src/lib/snapshot/snapshot.ts'
import { planWhatIf } from '../../../../src/lib/takeover/what-if-plan.ts'
import { ClusterTracker } from '../../../../src/lib/watch/cluster-tracker.ts'
import { addressRows } from '../../../../src/ui/watch/model/rows.ts'
import { takeSeedFromEnvironment } from '../../../support/fast-check.ts'
import { makeSnapshot } from '../../../support/snapshots.ts'
import { START_MS, Watched } from '../../../support/watch-models.ts'

beforeAll(takeSeedFromEnvironment)

/** A cluster that was looked at, on a terminal where its nodes are columns. */
function watch(snapshot: Snapshot): Watched {
  const tracker = new ClusterTracker()
  tracker.observe({ kind: 'seen', atMs: START_MS, beganMs: START_MS, snapshot })
  return new Watched(tracker.state, { size: { columns: 160, rows: 40 } })
}

const { DISCONNECTED, UNHEALTHY, DISABLED, STOPPED, BANNED } = NODE_FLAG
const flags = fc.constantFrom(
  0,
  0,
  0,
  DISCONNECTED | UNHEALTHY,
  UNHEALTHY,
  DISABLED,
  UNHEALTHY | DISABLED,
  STOPPED,
  STOPPED | BANNED,
  BANNED,
)
const clusters = fc
  .record({
    flags: fc.array(flags, { minLength: 3, maxLength: 3 }),
    owners: fc.array(fc.constantFrom(0, 1, 2, null), { minLength: 1, maxLength: 4 }),
    isUp: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  })
  .map((made) => {
    const links = (linkUp = true) => ({ interfaces: [{ name: 'eth1', linkUp, references: 0 }] })
    return makeSnapshot({ owners: made.owners, flags: made.flags, facts: made.isUp.map(links) })
  })

describe('what the menus offer', () => {
  it('can be planned, all what-ifs together, in whatever order they are chosen', () => {
    fc.assert(
      fc.property(clusters, fc.array(fc.tuple(fc.nat(3), fc.nat(9)), { maxLength: 12 }), (snapshot, choices) => {
        const watched = watch(snapshot)
        for (const [column, item] of choices) {
          watched.press('h', 'h', 'h', 'h', ...Array<string>(column).fill('l'), 'w', ...Array<string>(item).fill('j'), 'enter')
          expect(() => planWhatIf(snapshot, watched.model.preview?.edits ?? [])).not.toThrow()
        }
      }),
    )
  })

  it('shows on the map where an address would move', () => {
    const snapshot = makeSnapshot({ owners: [0, 1, 2] })
    const watched = watch(snapshot).press('w').choose('node 0 is down')
    watched.plan(planWhatIf(snapshot, watched.model.preview?.edits ?? []))
    const [first] = addressRows(watched.model)
    expect(first?.kind === 'address' && first.plan).toMatchObject({ from: 0, change: 'moved' })
  })

  it('has the plan of a move before it is made', () => {
    const snapshot = makeSnapshot({ owners: [0, 1, 2] })
    const watched = watch(snapshot).press('a').choose('Move 10.0.0.1 to node 2')
    const [effect] = watched.takeEffects()
    const edits = effect?.kind === 'plan' ? effect.edits : []
    expect(planWhatIf(snapshot, edits).addresses.map(({ to }) => to)).toHaveLength(3)
    expect(edits).toEqual([{ kind: 'move', address: '10.0.0.1', pnn: 2 }])
  })

  it.each([
    { what: 'healthy', flags: 0, offered: ['down', 'disabled', 'stopped', 'banned'] },
    { what: 'stopped', flags: STOPPED, offered: ['down', 'disabled', 'continued', 'banned', 'up and healthy'] },
    { what: 'banned', flags: BANNED, offered: ['down', 'disabled', 'stopped', 'unbanned', 'up and healthy'] },
    { what: 'dead', flags: DISCONNECTED | UNHEALTHY, offered: ['started', 'up and healthy'] },
  ])('has each way on for a node that is $what', ({ flags: own, offered }) => {
    const watched = watch(makeSnapshot({ owners: [0], flags: { 2: own } })).press('l', 'l', 'l', 'w')
    const nodes = watched.menu?.filter((item) => item.startsWith('node 2 is '))
    expect(nodes).toEqual(offered.map((each) => `node 2 is ${each}`))
  })

  it('shows the whole course of a node that is unbanned: it gets addresses once it is healthy', () => {
    const snapshot = makeSnapshot({ owners: [0, 0], flags: { 1: BANNED, 2: BANNED } })
    const watched = watch(snapshot).press('l', 'l', 'w').choose('node 1 is unbanned')
    const { edits } = watched.model.preview ?? { edits: [] }
    expect(edits).toEqual([{ kind: 'unban', pnn: 1 }])
    const plan = planWhatIf(snapshot, edits)
    watched.plan(plan)
    expect([plan.course.length > 1, plan.counts.map(({ after }) => after)]).toEqual([true, [1, 1, 0]])
    watched.press('w').choose('node 1 is stopped')
    expect(watched.model.preview?.edits).toEqual([{ kind: 'stop', pnn: 1 }])
  })

  it('has no actions for a node that is down', () => {
    const watched = watch(makeSnapshot({ owners: [0, 1], flags: { 2: DISCONNECTED | UNHEALTHY } })).press('l', 'l', 'l', 'a')
    expect(watched.menu).toEqual(['Start a takeover run', 'Disable node 0', 'Move 10.0.0.1 to node 1'])
  })
})
