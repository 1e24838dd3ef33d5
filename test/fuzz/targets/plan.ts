import assert from 'node:assert/strict'
import { NODE_FLAG } from '../../../src/lib/cluster/node.ts'
import { previewReload } from '../../../src/lib/reload/preview.ts'
import { parseSnapshot } from '../../../src/lib/snapshot/parse.ts'
import type { Snapshot } from '../../../src/lib/snapshot/snapshot.ts'
import { type Plan, planTakeover } from '../../../src/lib/takeover/plan.ts'
import { type Edit, imagine } from '../../../src/lib/takeover/what-if.ts'
import { planText } from '../../../src/ui/plan.ts'
import { previewText } from '../../../src/ui/reload.ts'
import { painter } from '../../../src/ui/table.ts'
import { assertHarmless, textOf } from '../shown.ts'
import { smallSnapshots } from '../snapshots.ts'
import type { FuzzTarget } from '../target.ts'

const paint = painter(false)

function checkPlan(now: Snapshot, plan: Plan): void {
  assertHarmless(planText(plan, { explain: true, paint }))
  const pnns = new Set(now.nodeMap.filter(({ flags }) => (flags & NODE_FLAG.DELETED) === 0).map(({ pnn }) => pnn))
  for (const { pnn, after } of plan.counts) {
    if (pnns.has(pnn)) assert.equal(after, plan.addresses.filter(({ to }) => to === pnn).length)
  }
}

/** One edit of each kind for a cluster. */
function editsOf({ askedNode: pnn, nodes }: Snapshot): Edit[] {
  const [known] = nodes[0]?.known ?? []
  const { address = '10.0.0.1', interfaces: [interfaceName = 'eth1'] = [] } = known ?? {}
  return [
    ...(['down', 'up', 'stop', 'ban', 'disable', 'enable'] as const).map((kind) => ({ kind, pnn })),
    ...(['link-down', 'link-up'] as const).map((kind) => ({ kind, pnn, interfaceName })),
    ...(['deterministic', 'non-deterministic'] as const).map((algorithm) => ({ kind: 'algorithm' as const, algorithm })),
    { kind: 'set', tunable: 'NoIPFailback', value: 1 },
    { kind: 'add-address', address: '10.77.0.1', pnns: [pnn] },
    { kind: 'remove-address', address },
    { kind: 'move', address, pnn },
    { kind: 'add-nodes', count: 2 },
  ]
}

/** Plans of a cluster as a snapshot has it, and with one change. */
export const target: FuzzTarget = {
  covers: ['src/lib/{takeover,reload,allocation}/*.ts', 'src/ui/plan*.ts'],
  refusals: ['BAD_SNAPSHOT', 'BAD_ADDRESS', 'IMPOSSIBLE', 'NOT_IN_SNAPSHOT'],
  isJson: true,
  seeds: smallSnapshots,
  check(input) {
    const now = parseSnapshot(textOf(input), 'FILE')
    assertHarmless(
      previewText(
        previewReload(
          now,
          now.nodeMap.map(({ pnn }) => pnn),
        ),
        paint,
      ),
    )
    checkPlan(now, planTakeover(now))
    // Which edit is tried depends on the input, too.
    const edits = editsOf(now)
    const edit = edits[input.length % edits.length]
    if (!edit) return
    const { snapshot: imagined, assumptions } = imagine(now, [edit])
    checkPlan(imagined, planTakeover(now, { imagined, assumptions }))
  },
}
