import type { Pnn } from '../cluster/node.ts'
import type { Found } from './check.ts'
import { type Claim, stays } from './outlook.ts'
import { look } from './remedy.ts'
import { runsInVain, selfRepair, whyNoRun, whyUnnoticed } from './self-repair.ts'
import { ownerInKernel } from './shared-kernel.ts'
import type { View } from './view.ts'

/**
 * What follows for a node whose kernel has an address because the owner has the same kernel; undefined if that is not so. Nothing may be removed
 * then, and a takeover run would only take the address away for a moment.
 */
export function besideOwner(view: View, pnn: Pnn, address: string): Pick<Found, 'claims' | 'actions'> | undefined {
  if (ownerInKernel(view, pnn, address) === undefined) return undefined
  return {
    claims: claimsOn(view, pnn, address),
    actions: [look('Remove nothing: the kernel is that of the owner, too (see kernel-shared).')],
  }
}

function claimsOn(view: View, pnn: Pnn, address: string): Claim[] {
  const because = 'its kernel is that of the owner, too'
  if (whyUnnoticed(view, pnn, address) !== undefined) return [stays(because)]
  // Without runs it is as for other addresses: what is in recovery mode for long is released.
  if (whyNoRun(view, [pnn]) !== undefined) return selfRepair(view, [pnn], address)
  // Each run takes the address away and adds it again.
  return [runsInVain(view, pnn, because, { fail: false })]
}
