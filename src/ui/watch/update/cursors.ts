import type { Model, Pane } from '../model/model.ts'
import { bodyRows, cursorIndex, followsNewEntries, hasColumns, layoutFor, rowKeys } from '../model/rows.ts'

const PANES: readonly Pane[] = ['nodes', 'addresses', 'timeline', 'log']

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(value, most))

/**
 * After a change, keeps each cursor on an existing row (its own, else the nearest former neighbour) and in view. Rows that come or go above
 * it do not move what the user is reading.
 */
export function clampCursors(before: Model, after: Model): Model {
  // Compute all rows of the old model first: rows are memoized for one model at a time.
  const keysBefore = PANES.map((pane) => rowKeys(before, pane))
  const { order } = layoutFor(after)
  const focused = order.includes(after.pane) ? after : { ...after, pane: order[0] ?? after.pane }
  return PANES.reduce((model, pane, index) => clampCursor(before.cursors[pane], keysBefore[index] ?? [], model, pane), focused)
}

function clampCursor(cursorBefore: string | undefined, keysBefore: readonly string[], after: Model, pane: Pane): Model {
  const keys = rowKeys(after, pane)
  const wanted = after.cursors[pane]
  const cursor = wanted === undefined || keys.includes(wanted) ? wanted : nearest(wanted, keysBefore, keys)
  const model = cursor === wanted ? after : { ...after, cursors: { ...after.cursors, [pane]: cursor } }
  const index = cursorIndex(model, pane)
  const indexBefore = wanted === undefined || cursorBefore !== wanted ? -1 : keysBefore.indexOf(wanted)
  const shift = indexBefore === -1 ? 0 : index - indexBefore
  const top = topFor(after.tops[pane] + shift, index, keys.length, bodyRows(model, pane))
  return top === after.tops[pane] ? model : { ...model, tops: { ...model.tops, [pane]: top } }
}

/** The first row to show: the nearest to `wish` that keeps the cursor in view and leaves no empty line. */
function topFor(wish: number, index: number, count: number, body: number): number {
  if (body === 0) return clamp(wish, 0, Math.max(0, count - 1))
  const inView = clamp(wish, index - body + 1, Math.max(0, index))
  return clamp(inView, 0, Math.max(0, count - body))
}

/** The row that was nearest to one that is gone; undefined when none of the old rows is left. */
function nearest(gone: string, keysBefore: readonly string[], keys: readonly string[]): string | undefined {
  const there = new Set(keys)
  const at = keysBefore.indexOf(gone)
  if (at === -1) return undefined
  for (let distance = 1; distance < keysBefore.length; distance++) {
    for (const key of [keysBefore[at + distance], keysBefore[at - distance]]) {
      if (key !== undefined && there.has(key)) return key
    }
  }
  return undefined
}

/** Moves the cursor of the current pane to a row, or the nearest that exists. At the last row, timeline and log follow new entries again. */
function moveTo(model: Model, wish: number): Model {
  const { pane, cursors } = model
  const keys = rowKeys(model, pane)
  const index = clamp(wish, 0, keys.length - 1)
  const follows = followsNewEntries(pane) && index === keys.length - 1
  return { ...model, cursors: { ...cursors, [pane]: follows ? undefined : keys[index] } }
}

/** How far a key moves. A page is what the pane shows at once. */
export type Step = { readonly rows: number } | { readonly pages: number } | 'first' | 'last'

/** Moves the cursor of the current pane. */
export function moveCursor(model: Model, step: Step): Model {
  if (step === 'first') return moveTo(model, 0)
  if (step === 'last') return moveTo(model, Number.MAX_SAFE_INTEGER)
  const rows = 'rows' in step ? step.rows : step.pages * Math.max(1, bodyRows(model, model.pane))
  const whole = Math.sign(rows) * Math.ceil(Math.abs(rows))
  return moveTo(model, cursorIndex(model, model.pane) + whole)
}

/** Marks the next column on that side; left of the first, none. Where nodes are not columns, switches to the next pane instead. */
export function moveSideways(model: Model, by: 1 | -1): Model {
  if (!hasColumns(model)) return focusNext(model, by)
  const keys = rowKeys(model, 'nodes')
  const marked = model.cursors.nodes === undefined ? -1 : keys.indexOf(model.cursors.nodes)
  const next = clamp(marked + by, -1, keys.length - 1)
  return { ...model, cursors: { ...model.cursors, nodes: keys[next] } }
}

/** The log stays limited to what the cursor is on in the pane from which it was entered. */
const toPane = (model: Model, pane: Pane): Model => ({
  ...model,
  pane,
  ...(pane === 'log' && model.pane !== 'log' && { logOf: model.pane }),
})

/** Switches to the next or the previous pane; the first follows the last. */
export function focusNext(model: Model, by: 1 | -1): Model {
  const { order } = layoutFor(model)
  const next = (order.indexOf(model.pane) + by + order.length) % order.length
  return toPane(model, order[next] ?? model.pane)
}
