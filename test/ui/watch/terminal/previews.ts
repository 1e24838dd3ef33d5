import { planTakeover } from '../../../../src/lib/takeover/plan.ts'
import { type Edit, imagine } from '../../../../src/lib/takeover/what-if.ts'
import type { Model } from '../../../../src/ui/watch/model/model.ts'
import { watched } from '../models.ts'

/** What the planner says of a cluster of `watched` in which something is imagined. */
export function previewOf(edits: readonly Edit[], size: { nodes: number; addresses: number }) {
  const { snapshot } = watched({ ...size, columns: 80, rows: 24 }).cluster
  if (!snapshot) throw new Error('a cluster of `watched` has a snapshot')
  const { snapshot: imagined, assumptions } = imagine(snapshot, edits)
  const plan = planTakeover(snapshot, { imagined, assumptions })
  return { edits, request: 1, planned: { state: 'done', plan } } satisfies Model['preview']
}
