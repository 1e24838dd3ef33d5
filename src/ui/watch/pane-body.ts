import { fitLine, type Line, marked } from './line.ts'
import type { Model, Pane } from './model.ts'
import { cursorIndex } from './rows.ts'

/** Which part of a pane's rows is shown. */
export interface Window {
  readonly top: number
  readonly bodyRows: number
  readonly columns: number
}

/** The lines of the rows shown; that of the cursor is marked in the pane that has the keys. */
export function bodyLines<R>(
  model: Model,
  pane: Pane,
  rows: readonly R[],
  { top, bodyRows, columns }: Window,
  draw: (row: R) => Line,
): Line[] {
  const cursor = model.pane === pane ? cursorIndex(model, pane) : -1
  return rows.slice(top, top + bodyRows).map((row, index) => {
    const line = draw(row)
    return top + index === cursor ? marked(fitLine(line, columns)) : line
  })
}
