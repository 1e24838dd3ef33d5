import type { Pnn } from '../cluster/node.ts'
import { nodesText } from '../cluster/node-text.ts'
import { oneOr } from '../plural.ts'
import { isFailoverDisabled } from './failover.ts'
import { isUnseen } from './nonlocal.ts'
import { type Claim, stays } from './outlook.ts'
import { hasRivals } from './rivals.ts'
import { tunableOf } from './timing.ts'
import type { View } from './view.ts'

/** Within how many seconds a node has released all its addresses that does not leave recovery mode. */
const releaseAllS = (view: View, pnn: Pnn): number =>
  tunableOf(view, pnn, 'RecoveryDropAllIPs') + tunableOf(view, pnn, 'EventScriptTimeout')

/**
 * Whether a node has an address that its daemon has put there and has not released. Nodes that stay in recovery mode release all addresses
 * once; what is added later stays.
 */
const hasItsOwn = (view: View, pnn: Pnn): boolean => {
  const held = new Set(view.peek(pnn, 'host.addresses')?.map(({ address }) => address))
  return view.peek(pnn, 'known')?.some(({ address, activeInterface }) => activeInterface && held.has(address)) === true
}

/**
 * These nodes release their addresses, unless they leave recovery mode before. Several leaders make takeover runs even then, which take the
 * addresses again.
 * @param laterS seconds until they are in recovery mode.
 */
export const allReleased = (
  view: View,
  pnns: readonly Pnn[],
  { laterS = 0, because }: { readonly laterS?: number; readonly because?: string } = {},
): Claim => {
  if (hasRivals(view)) {
    const keep = oneOr(pnns.length, 'keeps', 'keep')
    return { kind: 'unknown', what: `whether ${nodesText(pnns)} ${keep} addresses while several nodes lead` }
  }
  const releasing = pnns.filter((pnn) => !isFailoverDisabled(view, pnn))
  if (releasing.length === 0) return stays(keepsAll(pnns))
  return {
    kind: 'all-released',
    if: ['script succeeds', ...(releasing.every((pnn) => hasItsOwn(view, pnn)) ? [] : (['not released before'] as const))],
    pnns: releasing,
    ...unseenBesides(view, releasing),
    withinS: laterS + Math.max(...releasing.map((pnn) => releaseAllS(view, pnn))),
    ...(because !== undefined && { because }),
  }
}

/** What nodes do that have failover turned off: they keep their addresses when they become inactive, and in recovery mode (4.17). */
export const keepsAll = (pnns: readonly Pnn[]): string =>
  `failover is turned off on ${nodesText(pnns)}, and such a node keeps its addresses when it becomes inactive, or stays in recovery mode`

/** The addresses that these nodes have and know, and do not release as CTDB does not see them. */
function unseenBesides(view: View, pnns: readonly Pnn[]): { readonly besides?: readonly string[] } {
  const unseen = pnns.flatMap((pnn) =>
    (view.peek(pnn, 'known') ?? []).map(({ address }) => address).filter((address) => isUnseen(view, pnn, address)),
  )
  return unseen.length === 0 ? {} : { besides: [...new Set(unseen)] }
}
