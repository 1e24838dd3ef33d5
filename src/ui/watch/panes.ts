import type { Model, Pane } from './model.ts'
import { cursorIndex, followsNews, layoutFor, rowKeys } from './rows.ts'

const PANES: readonly Pane[] = ['nodes', 'addresses', 'timeline', 'log']

/** How many rows of a pane are shown at once; 0 when it is not. */
export const bodyRows = (model: Model, pane: Pane): number =>
  layoutFor(model).panes.find((box) => box.pane === pane)?.bodyRows ?? 0

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(value, most))

/**
 * Sees to it that after a change each cursor is on a row that is there (its own; else the nearest that was beside it), that it is in view,
 * and that rows which came or went elsewhere do not move what is read on the screen.
 */
export function settle(before: Model, after: Model): Model {
  // All of what was comes first: rows are remembered of one model at a time.
  const keysBefore = PANES.map((pane) => rowKeys(before, pane))
  const { order } = layoutFor(after)
  const focused = order.includes(after.pane) ? after : { ...after, pane: order[0] ?? after.pane }
  return PANES.reduce((model, pane, index) => settlePane(before.cursors[pane], keysBefore[index] ?? [], model, pane), focused)
}

function settlePane(cursorBefore: string | undefined, keysBefore: readonly string[], after: Model, pane: Pane): Model {
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

/** The first row shown, nearest to the one wished for, so that the cursor is in view and no line is wasted. */
function topFor(wish: number, index: number, count: number, body: number): number {
  if (body === 0) return clamp(wish, 0, Math.max(0, count - 1))
  const inView = clamp(wish, index - body + 1, Math.max(0, index))
  return clamp(inView, 0, Math.max(0, count - body))
}

/** Of the rows that are there, the one that stood the nearest to one that is no more; undefined when none of them was there before. */
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

/** Puts the cursor of the pane that has the keys on a row, as near as there is one. At the end, a pane that follows follows again. */
function moveTo(model: Model, wish: number): Model {
  const { pane, cursors } = model
  const keys = rowKeys(model, pane)
  const index = clamp(wish, 0, keys.length - 1)
  const follows = followsNews(pane) && index === keys.length - 1
  return { ...model, cursors: { ...cursors, [pane]: follows ? undefined : keys[index] } }
}

/** How far a key goes: so many rows, or so much of what is shown. */
export type Step = { readonly rows: number } | { readonly pages: number } | 'first' | 'last'

/** Moves the cursor of the pane that has the keys. */
export function moveCursor(model: Model, step: Step): Model {
  if (step === 'first') return moveTo(model, 0)
  if (step === 'last') return moveTo(model, Number.MAX_SAFE_INTEGER)
  const rows = 'rows' in step ? step.rows : step.pages * Math.max(1, bodyRows(model, model.pane))
  const whole = Math.sign(rows) * Math.ceil(Math.abs(rows))
  return moveTo(model, cursorIndex(model, model.pane) + whole)
}

/** Whether nodes are columns of the pane that has the keys, so that one of them can be marked. */
export const hasColumns = (model: Model): boolean => model.pane === 'addresses' && layoutFor(model).map === 'matrix'

/** Marks the next column to a side; before the first is none. Where nodes are no columns, the keys go to the next pane on that side. */
export function moveSideways(model: Model, by: 1 | -1): Model {
  if (!hasColumns(model)) return focusNext(model, by)
  const keys = rowKeys(model, 'nodes')
  const marked = model.cursors.nodes === undefined ? -1 : keys.indexOf(model.cursors.nodes)
  const next = clamp(marked + by, -1, keys.length - 1)
  return { ...model, cursors: { ...model.cursors, nodes: keys[next] } }
}

/** Gives the keys to the next pane, or the one before; after the last comes the first. */
export function focusNext(model: Model, by: 1 | -1): Model {
  const { order } = layoutFor(model)
  const next = (order.indexOf(model.pane) + by + order.length) % order.length
  return { ...model, pane: order[next] ?? model.pane }
}
