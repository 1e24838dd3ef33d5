import { counted } from '../../../lib/plural.ts'
import type { AddressPlan } from '../../../lib/takeover/plan.ts'
import type { AddressState } from '../../../lib/watch/cluster-state.ts'
import { TAIL } from '../model/layout.ts'
import type { Model } from '../model/model.ts'
import type { AddressRow } from '../model/rows.ts'
import { cell, type Line, type Span, span, type TextStyle } from './line.ts'
import { linksText } from './links.ts'
import { shownText } from './pane-heading.ts'
import { healthWord, kernelWord } from './state-words.ts'
import { columnsOf, harmless } from './text-columns.ts'
import { ageText, clockText } from './times.ts'

/** `20`, the number of addresses, or `3 of 20` when not all of them are among the rows. */
export function addressCountText({ cluster: { addresses } }: Model, rows: readonly AddressRow[]): string {
  const count = rows.filter(({ kind }) => kind === 'address').length
  return count === addresses.length ? String(count) : `${count} of ${addresses.length}`
}

/** The view options that are not at their default: filter and sort order; and which rows are visible. */
export function viewText(model: Model, rows: readonly AddressRow[], bodyRows: number): string {
  const parts = [
    model.filter === '' ? '' : `/${harmless(model.filter)}`,
    model.sort === 'address' ? '' : `by ${model.sort}`,
    shownText(model.tops.addresses, bodyRows, rows.length),
  ]
  return parts.filter((part) => part !== '').join(' · ')
}

/** The columns after the owner of an address: interface, kernel, since. */
export function tailCells({ interfaceName, ...state }: AddressState, nowMs: number, interfaceColumns: number): Span[] {
  const { sign, word, style } = kernelWord(state)
  const since = sinceSpan(state, nowMs)
  return [
    cell(harmless(interfaceName ?? ''), interfaceColumns),
    span(' '),
    cell(`${sign} ${word}`, TAIL.kernel, style),
    span(' '),
    cell(since.text, TAIL.since, since.style),
  ]
}

/** Since when an address has its owner; if it is away, for how long. */
function sinceSpan({ awaySinceMs, sinceMs }: Pick<AddressState, 'awaySinceMs' | 'sinceMs'>, nowMs: number): Span {
  if (awaySinceMs !== null) return span(ageText(nowMs - awaySinceMs), 'error')
  return sinceMs === null ? span('') : span(clockText(sinceMs, nowMs))
}

/** Whether the preview moves it. */
export const isMoving = (plan: AddressPlan | undefined): plan is AddressPlan => plan !== undefined && plan.from !== plan.to

/** A heading between addresses: `─ node 2 ✗ UNHEALTHY · 5 addresses · eth0 eth1↓`. */
export function groupLine({ label, node, count }: Extract<AddressRow, { kind: 'group' }>): Line {
  const addresses = span(` · ${counted(count, 'address', 'addresses')}`, 'quiet')
  if (!node) return [span(`─ ${harmless(label)}`, 'strong'), addresses]
  const { sign, word, style } = healthWord(node)
  const leader: Line = node.isLeader ? [span(' ★ leader')] : []
  const links = linksText(node)
  return [
    span(`─ ${harmless(label)}`, 'strong'),
    ...leader,
    span(` ${sign} ${word}`, style),
    addresses,
    ...(links === '' ? [] : [span(` · ${links}`, 'quiet')]),
  ]
}

/** The style of an address itself: an error if it is away or claimed twice. */
export const addressStyle = ({ awaySinceMs, claims }: AddressState): TextStyle =>
  awaySinceMs !== null || claims.length > 1 ? 'error' : 'plain'

/** Width of the widest address, in columns. */
export const addressWidth = ({ cluster: { addresses } }: Model): number =>
  addresses.reduce((widest, { address }) => Math.max(widest, columnsOf(address)), 0)
