import type { Pnn } from '../../lib/cluster/node.ts'
import { subnetMatcher } from './subnet.ts'

/** What a filter can find something by. All texts are in lower case. */
export interface Findable {
  readonly addresses: readonly string[]
  readonly pnns: readonly Pnn[]
  /** Words of its state: found by how they begin. */
  readonly words: readonly string[]
  /** Found by any part of it. */
  readonly text?: string
}

/**
 * What a filter says of something. It is words with blanks between; all have to fit, in upper or lower case: a part of an address; one
 * address alone (`=10.0.0.3`); a subnet of any size (`10.0.0.0/22`); a node, as `node2`, `node 2`, or `2` alone, which also is a part of
 * an address; the beginning of a word of its state (`missing`, `unhealthy`, `eth1`); of the timeline, a part of the text. Undefined for a
 * filter that lets everything through.
 */
export function matcherOf(filter: string): ((what: Findable) => boolean) | undefined {
  const words = filter
    .toLowerCase()
    .replace(/\bnode\s+(?=\d)/g, 'node')
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return undefined
  const matchers = words.map(wordMatcher)
  return (what) => matchers.every((matches) => matches(what))
}

function wordMatcher(word: string): (what: Findable) => boolean {
  const named = /^node(\d+)$/.exec(word)?.[1]
  if (named !== undefined) return ({ pnns }) => pnns.includes(Number(named))
  const isInSubnet = subnetMatcher(word)
  if (isInSubnet) return ({ addresses, text }) => addresses.some(isInSubnet) || has(text, word)
  if (word.startsWith('=')) return ({ addresses }) => addresses.includes(word.slice(1))
  const pnn = /^\d+$/.test(word) ? Number(word) : undefined
  return ({ addresses, pnns, words, text }) =>
    (pnn !== undefined && pnns.includes(pnn)) ||
    addresses.some((each) => each.includes(word)) ||
    words.some((each) => each.startsWith(word)) ||
    has(text, word)
}

const has = (text: string | undefined, word: string): boolean => text?.includes(word) ?? false
