import type { Pnn } from '../cluster/node.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { claimsOf, type Plan } from './plan.ts'

/** What became of an address, held against what was promised. */
interface AddressOutcome {
  readonly address: string
  readonly planned: Pnn | null
  readonly actual: Pnn | null
}

/** How the cluster looks after a run, held against the plan. */
export interface Outcome {
  readonly asPlanned: boolean
  readonly addresses: number
  /** Only those that are not where the plan wanted them, and those that the plan did not know. */
  readonly differences: readonly AddressOutcome[]
}

/** Compares a plan with a snapshot taken after the run: only what each node says of itself counts. */
export function compareOutcome(plan: Plan, after: Snapshot): Outcome {
  const claims = claimsOf(after)
  const planned = new Map(plan.addresses.map(({ address, to }) => [address, to]))
  const addresses = new Set([...planned.keys(), ...claims.keys()])
  const differences = [...addresses]
    .map((address) => ({ address, planned: planned.get(address) ?? null, actual: claims.get(address) ?? null }))
    .filter((outcome) => outcome.planned !== outcome.actual)
  return { asPlanned: differences.length === 0, addresses: addresses.size, differences }
}
