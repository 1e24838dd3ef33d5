import type { Pnn } from '../../../lib/cluster/node.ts'
import { subnetMatcher } from './subnet.ts'

/** The terms of an item that a filter is matched against, in lower case. */
export interface FilterTerms {
  readonly addresses: readonly string[]
  readonly pnns: readonly Pnn[]
  /** Words for its state. A filter matches their beginning. */
  readonly words: readonly string[]
  /** A filter matches any part of it. */
  readonly text?: string
}

/**
 * Returns a function that matches items against a filter; undefined for an empty filter. A filter consists of words, in upper or lower case,
 * separated by spaces; all have to match. A word is a part of an address; one exact address (`=10.0.0.3`); a subnet of any size
 * (`10.0.0.0/22`); a node (`node2`, `node 2`, or `2`, which also matches a part of an address); the beginning of a word of its state
 * (`missing`, `unhealthy`, `eth1`); or, in the timeline, a part of the text.
 */
export function filterMatcher(filter: string): ((what: FilterTerms) => boolean) | undefined {
  const words = filter
    .toLowerCase()
    .replace(/\bnode\s+(?=\d)/g, 'node')
    .split(/\s+/)
    .filter((word) => word !== '')
  if (words.length === 0) return undefined
  const matchers = words.map(wordMatcher)
  return (what) => matchers.every((matches) => matches(what))
}

function wordMatcher(word: string): (what: FilterTerms) => boolean {
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
