import type { Pnn } from '../cluster/node.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { claimsOf, type Plan } from './plan.ts'

/** The result of a takeover run, compared with the plan. */
export interface Outcome {
  readonly asPlanned: boolean
  /** The number of addresses compared. */
  readonly addresses: number
  /** Addresses that are not where the plan wanted them, and addresses that the plan did not know. */
  readonly differences: readonly { readonly address: string; readonly planned: Pnn | null; readonly actual: Pnn | null }[]
}

/** Compares a plan with a snapshot taken after the run. Only what each node says about itself counts. */
export function compareOutcome(plan: Plan, after: Snapshot): Outcome {
  const claims = claimsOf(after)
  const planned = new Map(plan.addresses.map(({ address, to }) => [address, to]))
  const addresses = new Set([...planned.keys(), ...claims.keys()])
  const differences = [...addresses]
    .map((address) => ({ address, planned: planned.get(address) ?? null, actual: claims.get(address) ?? null }))
    .filter((outcome) => outcome.planned !== outcome.actual)
  return { asPlanned: differences.length === 0, addresses: addresses.size, differences }
}
