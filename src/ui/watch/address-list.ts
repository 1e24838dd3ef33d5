import { addressMood, addressWidth, countText, groupLine, howText, isMoving, tailCells } from './address-pane.ts'
import { paneHeading } from './heading.ts'
import { addressColumns, TAIL } from './layout.ts'
import { cell, type Line, type Span, span } from './line.ts'
import type { Model } from './model.ts'
import { bodyLines } from './pane-body.ts'
import type { AddressRow } from './rows.ts'
import { harmless } from './text-columns.ts'
import { ownerText, truthWord } from './words.ts'

/** The pane of addresses with the owner as a column: one line of heading, then a line for each of the rows shown. */
export function listLines(model: Model, rows: readonly AddressRow[], columns: number, bodyRows: number): Line[] {
  const top = model.tops.addresses
  const address = addressColumns(addressWidth(model))
  const body = bodyLines(model, 'addresses', rows, { top, bodyRows, columns }, (row) =>
    row.kind === 'group' ? groupLine(row) : addressLine(model, row, address, columns),
  )
  const info = [countText(model, rows), howText(model, rows, bodyRows)].filter((part) => part !== '').join(' · ')
  return [paneHeading(model, 'addresses', 'Addresses', info), ...body]
}

/** Of `node 63`; in a preview `node 63 → nobody`. */
const OWNER_COLUMNS = 7
const MOVE_COLUMNS = 17

function addressLine(model: Model, row: Extract<AddressRow, { kind: 'address' }>, wanted: number, columns: number): Line {
  const { state } = row
  const owner = ownerSpan(model, row)
  const text = harmless(state.address)
  const ownerColumns = model.preview ? MOVE_COLUMNS : OWNER_COLUMNS
  const truth = truthWord(state)
  const rest = columns - wanted - ownerColumns - TAIL.kernel - TAIL.since - 4
  if (rest >= TAIL.interfaceName) {
    const tail = tailCells(state, model.nowMs, Math.min(rest, 15))
    return [cell(text, wanted, addressMood(state)), span(' '), cell(owner.text, ownerColumns, owner.mood), span(' '), ...tail]
  }
  // Narrow: what is wrong comes before where it is; both in as few columns as they take.
  return [
    cell(text, Math.max(8, Math.min(wanted, columns - 12)), addressMood(state)),
    span(' '),
    span(truth.sign, truth.mood),
    span(' '),
    owner,
    ...(state.kernel === 'held' || state.kernel === 'none' ? [] : [span(` ${truth.word}`, truth.mood)]),
  ]
}

function ownerSpan({ preview }: Model, { state, plan }: Extract<AddressRow, { kind: 'address' }>): Span {
  if (preview && isMoving(plan)) return span(`${ownerText(state.owner)} → ${plan.to ?? 'nobody'}`, 'warning')
  return span(ownerText(state.owner), state.owner === null ? 'error' : 'plain')
}
