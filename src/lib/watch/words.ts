import type { Pnn } from '../cluster/node.ts'

/** `node 1`, `nodes 1 and 2`, `nodes 0, 1 and 2`. */
export const nodesWords = (pnns: readonly Pnn[]): string =>
  `${pnns.length === 1 ? 'node' : 'nodes'} ${listWords(pnns.map(String))}`

/** `10.0.0.1`, `10.0.0.1 and 10.0.0.2`; of more than three the first two, and how many there are besides. */
export function addressesWords(addresses: readonly string[]): string {
  if (addresses.length <= 3) return listWords(addresses)
  return `${addresses.slice(0, 2).join(', ')} and ${addresses.length - 2} more`
}

const listWords = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
