import type { AddressPlan } from '../../lib/takeover/plan.ts'
import type { AddressState } from '../../lib/watch/story.ts'
import { shownText } from './heading.ts'
import { TAIL } from './layout.ts'
import { cell, type Line, type Mood, type Span, span } from './line.ts'
import type { Model } from './model.ts'
import { linksText } from './node-words.ts'
import type { AddressRow } from './rows.ts'
import { columnsOf, harmless } from './text-columns.ts'
import { ageText, clockText } from './times.ts'
import { healthWord, truthWord } from './words.ts'

/** How many addresses there are, and how many of them are among the rows. */
export function countText({ story: { addresses } }: Model, rows: readonly AddressRow[]): string {
  const count = rows.filter(({ kind }) => kind === 'address').length
  return count === addresses.length ? String(count) : `${count} of ${addresses.length}`
}

/** What is not as it is by itself: the filter, the order, and which rows are shown. */
export function howText(model: Model, rows: readonly AddressRow[], bodyRows: number): string {
  const parts = [
    model.filter === '' ? '' : `/${harmless(model.filter)}`,
    model.sort === 'address' ? '' : `by ${model.sort}`,
    shownText(model.tops.addresses, bodyRows, rows.length),
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

/** Interface, kernel, since: what is told of an address behind its owner. */
export function tailCells({ interfaceName, ...state }: AddressState, nowMs: number, interfaceColumns: number): Span[] {
  const { sign, word, mood } = truthWord(state)
  const since = sinceSpan(state, nowMs)
  return [
    cell(harmless(interfaceName ?? ''), interfaceColumns),
    span(' '),
    cell(`${sign} ${word}`, TAIL.kernel, mood),
    span(' '),
    cell(since.text, TAIL.since, since.mood),
  ]
}

/** Since when it is where it is; of what is away, for how long. */
function sinceSpan({ awaySinceMs, sinceMs }: Pick<AddressState, 'awaySinceMs' | 'sinceMs'>, nowMs: number): Span {
  if (awaySinceMs !== null) return span(ageText(nowMs - awaySinceMs), 'error')
  return sinceMs === null ? span('') : span(clockText(sinceMs, nowMs))
}

/** Whether the preview moves it. */
export const isMoving = (plan: AddressPlan | undefined): plan is AddressPlan => plan !== undefined && plan.from !== plan.to

/** A heading between addresses: `▾ node 2 ✗ UNHEALTHY · 5 addresses · eth0 eth1↓`. */
export function groupLine({ label, node, count }: Extract<AddressRow, { kind: 'group' }>): Line {
  const addresses = span(` · ${count} address${count === 1 ? '' : 'es'}`, 'quiet')
  if (!node) return [span(`─ ${harmless(label)}`, 'strong'), addresses]
  const { sign, word, mood } = healthWord(node)
  const leader: Line = node.isLeader ? [span(' ★ leader')] : []
  const links = linksText(node)
  return [
    span(`─ ${harmless(label)}`, 'strong'),
    ...leader,
    span(` ${sign} ${word}`, mood),
    addresses,
    ...(links === '' ? [] : [span(` · ${links}`, 'quiet')]),
  ]
}

/** Where the text of an address goes, and what of it is to be said at first sight. */
export const addressMood = ({ awaySinceMs, claims }: AddressState): Mood =>
  awaySinceMs !== null || claims.length > 1 ? 'error' : 'plain'

/** Of the widest address, in columns. */
export const addressWidth = ({ story: { addresses } }: Model): number =>
  addresses.reduce((widest, { address }) => Math.max(widest, columnsOf(address)), 0)
