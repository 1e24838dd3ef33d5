import type { Snapshot } from '../../../../lib/snapshot/snapshot.ts'
import { type AddressPlan, type Plan, planTakeover } from '../../../../lib/takeover/plan.ts'
import type { Model } from '../../model/model.ts'

/** With more pairs of node and address than this, planning would delay a frame. */
const MAX_PAIRS = 400

const planned = new WeakMap<Snapshot, Plan>()

/** The plan of the next takeover run, from the current state; undefined for a cluster that is too large to plan for while drawing. */
function planOfNextRun(snapshot: Snapshot, addresses: number): Plan | undefined {
  if (snapshot.nodes.length * addresses > MAX_PAIRS) return undefined
  const known = planned.get(snapshot)
  if (known) return known
  const plan = planTakeover(snapshot)
  planned.set(snapshot, plan)
  return plan
}

/** The plan for an address, as its details show it. */
export interface ShownPlan {
  /** Whether it assumes the what-ifs of the preview. */
  readonly isWhatIf: boolean
  readonly plan: AddressPlan
}

/** The plan for an address: with the what-ifs of the preview, if there is one, else of the next takeover run. */
export function shownPlanFor(model: Model, address: string): ShownPlan | undefined {
  const { preview, cluster } = model
  const whatIfPlan = preview?.planned.state === 'done' ? preview.planned.plan : undefined
  const plan = whatIfPlan ?? (cluster.snapshot && planOfNextRun(cluster.snapshot, cluster.addresses.length))
  const found = plan?.addresses.find((each) => each.address === address)
  return found && { isWhatIf: whatIfPlan !== undefined, plan: found }
}
