import type { Pnn } from '../cluster/node.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { claimsOf, planTakeover } from './plan.ts'

/** Where an address is, and what the next takeover run will do with it. */
export interface Outlook {
  /** Who says that he owns it; null for nobody. */
  readonly owner: Pnn | null
  /** Who will own it after the next run, and why; undefined when that cannot be foreseen. */
  readonly next?: { readonly pnn: Pnn | null; readonly reason: string }
  /** Why it cannot be foreseen. */
  readonly unknown?: string
}

/** What becomes of one address. Whom the leader was told to let receive addresses (REBALANCE_NODE) cannot be known. */
export function outlookFor(snapshot: Snapshot, address: string): Outlook {
  const owner = claimsOf(snapshot).get(address) ?? null
  const { failures, addresses } = planTakeover(snapshot)
  const plan = addresses.find((each) => each.address === address)
  if (!plan || failures.length > 0) return { owner, unknown: failures.join('; ') || 'nobody knows the address' }
  return { owner, next: { pnn: plan.to, reason: plan.reason } }
}
