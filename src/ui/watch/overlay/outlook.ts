import type { Snapshot } from '../../../lib/snapshot/snapshot.ts'
import { type AddressPlan, type Plan, planTakeover } from '../../../lib/takeover/plan.ts'
import type { Model } from '../model.ts'

/** Above this many pairs of node and address a plan takes too long to be made while a frame is drawn. */
const SMALL = 400

const planned = new WeakMap<Snapshot, Plan>()

/** What the next takeover run would do as things are; undefined for a cluster too large to work that out in passing. */
function planOf(snapshot: Snapshot, addresses: number): Plan | undefined {
  if (snapshot.nodes.length * addresses > SMALL) return undefined
  const known = planned.get(snapshot)
  if (known) return known
  const plan = planTakeover(snapshot)
  planned.set(snapshot, plan)
  return plan
}

/** What the planner says of an address. */
export interface Found {
  readonly imagined: boolean
  readonly plan: AddressPlan
}

/** What the planner says of an address: while something is imagined of that, else of the next run. */
export function planFor(model: Model, address: string): Found | undefined {
  const { preview, story } = model
  const imagined = preview?.planned.state === 'done' ? preview.planned.plan : undefined
  const plan = imagined ?? (story.snapshot && planOf(story.snapshot, story.addresses.length))
  const found = plan?.addresses.find((each) => each.address === address)
  return found && { imagined: imagined !== undefined, plan: found }
}
