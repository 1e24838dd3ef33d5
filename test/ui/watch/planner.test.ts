import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { planTakeover } from '../../../src/lib/takeover/plan.ts'
import { type Edit, imagine } from '../../../src/lib/takeover/what-if.ts'
import { Chronicle } from '../../../src/lib/watch/observe.ts'
import { addressRows } from '../../../src/ui/watch/rows.ts'
import { takeSeedFromEnvironment } from '../../support/fast-check.ts'
import { makeSnapshot } from '../../support/snapshots.ts'
import { START_MS, Watched } from '../../support/watch-models.ts'

beforeAll(takeSeedFromEnvironment)

/** A cluster that was looked at, on a terminal where its nodes are columns. */
function watch(snapshot: Snapshot): Watched {
  const chronicle = new Chronicle()
  chronicle.observe({ kind: 'seen', atMs: START_MS, beganMs: START_MS, snapshot })
  return new Watched(chronicle.story, { size: { columns: 160, rows: 40 } })
}

/** What the planner says to edits. */
function plan(snapshot: Snapshot, edits: readonly Edit[]) {
  const { snapshot: imagined, assumptions } = imagine(snapshot, edits)
  return planTakeover(snapshot, { imagined, assumptions })
}

const { DISCONNECTED, UNHEALTHY, DISABLED, STOPPED } = NODE_FLAG
const flags = fc.constantFrom(0, 0, 0, DISCONNECTED | UNHEALTHY, UNHEALTHY, DISABLED, UNHEALTHY | DISABLED, STOPPED)
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
  it('can be imagined by the planner, all of it together, in whatever order it is chosen', () => {
    fc.assert(
      fc.property(clusters, fc.array(fc.tuple(fc.nat(3), fc.nat(7)), { maxLength: 12 }), (snapshot, choices) => {
        const watched = watch(snapshot)
        for (const [column, item] of choices) {
          watched.press('h', 'h', 'h', 'h', ...Array<string>(column).fill('l'), 'w', ...Array<string>(item).fill('j'), 'enter')
          plan(snapshot, watched.model.preview?.edits ?? [])
        }
      }),
    )
  })

  it('shows on the map where an address would go', () => {
    const snapshot = makeSnapshot({ owners: [0, 1, 2] })
    const watched = watch(snapshot).press('w').choose('node 0 is down')
    watched.plan(plan(snapshot, watched.model.preview?.edits ?? []))
    const [first] = addressRows(watched.model)
    expect(first?.kind === 'address' && first.plan).toMatchObject({ from: 0, change: 'moved' })
  })

  it('has the plan of a move before it is made', () => {
    const snapshot = makeSnapshot({ owners: [0, 1, 2] })
    const watched = watch(snapshot).press('a').choose('move 10.0.0.1 to node 2')
    const [effect] = watched.takeEffects()
    const edits = effect?.kind === 'plan' ? effect.edits : []
    expect(plan(snapshot, edits).addresses.map(({ to }) => to)).toHaveLength(3)
    expect(edits).toEqual([{ kind: 'move', address: '10.0.0.1', pnn: 2 }])
  })

  it('has nothing to do to a node that is down', () => {
    const watched = watch(makeSnapshot({ owners: [0, 1], flags: { 2: DISCONNECTED | UNHEALTHY } })).press('l', 'l', 'l', 'a')
    expect(watched.menu).toEqual(['takeover run', 'disable node 0', 'move 10.0.0.1 to node 1'])
  })
})
