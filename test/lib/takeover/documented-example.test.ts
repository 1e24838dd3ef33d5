import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { planTakeover } from '../../../src/lib/takeover/plan.ts'
import { imagine } from '../../../src/lib/takeover/what-if.ts'
import { planText } from '../../../src/ui/plan.ts'
import { makeSnapshot } from '../../support/snapshots.ts'

it('the worked example of docs/allocation.md is what the planner says', () => {
  const now = makeSnapshot({ owners: [0, 0, 1, 1], flags: { 2: NODE_FLAG.DISCONNECTED } })
  const { snapshot: imagined } = imagine(now, [{ kind: 'up', pnn: 2 }])
  const text = planText(planTakeover(now, { imagined }), { explain: false, paint: (_, word) => word })
  const table = text.slice(0, text.indexOf('┘') + 1)
  expect(readFileSync(new URL('../../../docs/allocation.md', import.meta.url), 'utf8')).toContain(table)
})
