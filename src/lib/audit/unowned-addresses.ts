import { hasFlag, NODE_FLAG, type Pnn } from '../cluster/node.ts'
import { oneOr } from '../plural.ts'
import { byValue, type Knowers, knownBy, ownerText, saidByNodes } from './facts.ts'
import { failoverBlocks } from './failover.ts'
import type { View } from './view.ts'

/** An address that no node claims. */
export interface UnownedAddress {
  readonly address: string
  readonly knowers: Knowers
  /** Active nodes that list it as available. */
  readonly able: readonly Pnn[]
  /** Settings that keep the leader from giving it to a node. */
  readonly blocks: readonly string[]
}

/** The addresses that no node claims. Leaves out an address whose owner may be a node that did not answer: nobody knows. */
export function unownedAddresses(view: View): UnownedAddress[] {
  const available = new Map(view.active.map(({ pnn }) => [pnn, new Set(view.need(pnn, 'available'))]))
  const silent = new Set(view.nodes.filter(({ pnn }) => !view.peek(pnn, 'known') && !isGone(view, pnn)).map(({ pnn }) => pnn))
  const blocks = failoverBlocks(view).map(({ why }) => why)
  const known = knownBy(view)
  if (view.nodes.some(({ pnn }) => view.isOutOfSight(pnn))) return []
  return [...known].flatMap(([address, knowers]) => {
    const isClaimed = knowers.some(({ pnn, known }) => known.owner === pnn)
    const isUncertain = knowers.some(({ known }) => known.owner !== null && silent.has(known.owner))
    if (isClaimed || isUncertain) return []
    return [{ address, knowers, able: [...available].filter(([, list]) => list.has(address)).map(([pnn]) => pnn), blocks }]
  })
}

/**
 * Whether a node is gone, so that other nodes may take over its addresses. As long as the others see a daemon that does not answer as
 * connected, it only hangs, and owns what it owned.
 */
export const isGone = (view: View, pnn: Pnn): boolean =>
  hasFlag({ flags: view.flags(pnn) }, NODE_FLAG.DISCONNECTED) && !view.isOutOfSight(pnn)

/** `CTDB on nodes 0 and 2: believe that nobody owns it`. */
export const beliefs = (knowers: Knowers): string[] =>
  byValue(knowers.map(({ pnn, known }) => [pnn, known.owner] as const)).map(({ value, pnns }) =>
    saidByNodes(pnns, `${oneOr(pnns.length, 'believes', 'believe')} that ${ownerText(value)} owns it`),
  )
