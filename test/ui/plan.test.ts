import { expect, it } from 'vitest'
import { planTakeover } from '../../src/lib/takeover/plan.ts'
import { planText } from '../../src/ui/plan.ts'
import { painter } from '../../src/ui/table.ts'
import { makeSnapshot } from '../support/snapshots.ts'

it('a plan shows control characters in the name of an interface escaped', () => {
  const name = 'e\x1b[2Jth1'
  const known = [{ address: '10.0.0.1', owner: 0, interfaces: [name], activeInterface: null }]
  const facts = { known, available: [], interfaces: [{ name, linkUp: false, references: 0 }] }
  const plan = planTakeover(makeSnapshot({ nodes: 2, owners: [0], facts: { 0: facts, 1: facts } }))
  const text = planText(plan, { explain: true, paint: painter(false) })
  expect(text).toContain('no link on e\\x1b[2Jth1')
  expect(text).not.toContain('\x1b')
})
