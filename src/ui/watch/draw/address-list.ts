import { addressColumns, TAIL } from '../model/layout.ts'
import type { Model } from '../model/model.ts'
import type { AddressRow } from '../model/rows.ts'
import { addressCountText, addressStyle, addressWidth, groupLine, isMoving, tailCells, viewText } from './address-parts.ts'
import { cell, type Line, type Span, span } from './line.ts'
import { bodyLines } from './pane-body.ts'
import { paneHeading } from './pane-heading.ts'
import { kernelWord, ownerText } from './state-words.ts'
import { harmless } from './text-columns.ts'

/** The address pane with the owner as a column: one heading line, then a line for each visible row. */
export function listLines(model: Model, rows: readonly AddressRow[], columns: number, bodyRows: number): Line[] {
  const top = model.tops.addresses
  const address = addressColumns(addressWidth(model))
  const body = bodyLines(model, 'addresses', rows, { top, bodyRows, columns }, (row) =>
    row.kind === 'group' ? groupLine(row) : addressLine(model, row, address, columns),
  )
  const info = [addressCountText(model, rows), viewText(model, rows, bodyRows)].filter((part) => part !== '').join(' · ')
  return [paneHeading(model, 'addresses', 'Addresses', info), ...body]
}

/** Widths of the owner: `node 63`, or in a preview `node 63 → nobody`. */
const OWNER_COLUMNS = 7
const MOVE_COLUMNS = 17

function addressLine(model: Model, row: Extract<AddressRow, { kind: 'address' }>, wanted: number, columns: number): Line {
  const { state } = row
  const owner = ownerSpan(model, row)
  const text = harmless(state.address)
  const ownerColumns = model.preview ? MOVE_COLUMNS : OWNER_COLUMNS
  const kernel = kernelWord(state)
  const rest = columns - wanted - ownerColumns - TAIL.kernel - TAIL.since - 4
  if (rest >= TAIL.interfaceName) {
    const tail = tailCells(state, model.nowMs, Math.min(rest, 15))
    return [cell(text, wanted, addressStyle(state)), span(' '), cell(owner.text, ownerColumns, owner.style), span(' '), ...tail]
  }
  // Too narrow for columns: the sign of the kernel comes before the owner, and both are as short as possible.
  return [
    cell(text, Math.max(8, Math.min(wanted, columns - 12)), addressStyle(state)),
    span(' '),
    span(kernel.sign, kernel.style),
    span(' '),
    owner,
    ...(state.kernel === 'held' || state.kernel === 'none' ? [] : [span(` ${kernel.word}`, kernel.style)]),
  ]
}

function ownerSpan({ preview }: Model, { state, plan }: Extract<AddressRow, { kind: 'address' }>): Span {
  if (preview && isMoving(plan)) return span(`${ownerText(state.owner)} → ${plan.to ?? 'nobody'}`, 'warning')
  return span(ownerText(state.owner), state.owner === null ? 'error' : 'plain')
}
