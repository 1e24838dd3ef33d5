import type { Model, Pane } from '../model/model.ts'
import { cursorIndex } from '../model/rows.ts'
import { fitLine, type Line, marked } from './line.ts'

/** Which part of a pane's rows is visible. */
export interface VisibleRows {
  readonly top: number
  readonly bodyRows: number
  readonly columns: number
}

/** The lines of the visible rows. In the pane that has the focus, the line at the cursor is marked. */
export function bodyLines<R>(
  model: Model,
  pane: Pane,
  rows: readonly R[],
  { top, bodyRows, columns }: VisibleRows,
  draw: (row: R) => Line,
): Line[] {
  const cursor = model.pane === pane ? cursorIndex(model, pane) : -1
  return rows.slice(top, top + bodyRows).map((row, index) => {
    const line = draw(row)
    return top + index === cursor ? marked(fitLine(line, columns)) : line
  })
}
