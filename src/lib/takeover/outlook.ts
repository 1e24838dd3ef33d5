import type { Pnn } from '../cluster/node.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { claimsOf, planTakeover } from './plan.ts'

/** The owner of an address, now and after the next takeover run. */
export interface Outlook {
  /** The node that claims it; null for none. */
  readonly owner: Pnn | null
  /** The owner after the next run, and why; undefined if that cannot be predicted. */
  readonly next?: { readonly pnn: Pnn | null; readonly reason: string }
  /** Why it cannot be predicted. */
  readonly unknown?: string
}

/** Predicts one address. The nodes named to the leader to receive addresses (REBALANCE_NODE) cannot be queried, so they are not considered. */
export function outlookFor(snapshot: Snapshot, address: string): Outlook {
  const owner = claimsOf(snapshot).get(address) ?? null
  const { failures, addresses } = planTakeover(snapshot)
  const plan = addresses.find((each) => each.address === address)
  if (!plan || failures.length > 0) return { owner, unknown: failures.join('; ') || 'no node knows the address' }
  return { owner, next: { pnn: plan.to, reason: plan.reason } }
}
