import type { Model, Pane } from './model.ts'
import { addressRows, logRows, nodeRows, timelineRows } from './rows.ts'

/** The key of the row that the keys act upon, in a pane; undefined when it has no rows. */
export function cursorKey(model: Model, pane: Pane): string | undefined {
  const cursor = model.cursors[pane]
  if (cursor !== undefined) return cursor
  switch (pane) {
    case 'addresses':
      return addressRows(model)[0]?.key
    case 'nodes': {
      const node = nodeRows(model)[0]
      return node && `n:${node.pnn}`
    }
    case 'timeline': {
      const entry = timelineRows(model).at(-1)
      return entry && `t:${entry.id}`
    }
    case 'log': {
      const line = logRows(model).at(-1)
      return line && `l:${line.id}`
    }
  }
}
