import { oneOr } from '../plural.ts'
import type { Pnn } from './node.ts'

/** `node 1`, `nodes 0, 2 and 5`. @param most how many are named at most; the others are counted. */
export const nodesText = (pnns: readonly Pnn[], most?: number): string =>
  `${oneOr(pnns.length, 'node', 'nodes')} ${listed(pnns.map(String), most)}`

/** Like {@link nodesText}, but names every node: for what a reader has to act upon. */
export const allNodesText = (pnns: readonly Pnn[]): string => nodesText(pnns, pnns.length)

/** `a`, `a and b`, `a, b and c`, `a, b and 2 more`; `none` for none. @param most how many are named at most; the others are counted. */
export function listed(items: readonly string[], most = 8): string {
  if (items.length > most) return `${items.slice(0, most).join(', ')} and ${items.length - most} more`
  return items.length < 2 ? (items[0] ?? 'none') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`
}
