import type { Model, Pane } from './model.ts'
import { followsNews, rowKeys } from './rows.ts'

/** The key of the row that the keys act upon, in a pane; undefined when it has no rows. */
export const cursorKey = (model: Model, pane: Pane): string | undefined =>
  model.cursors[pane] ?? rowKeys(model, pane).at(followsNews(pane) ? -1 : 0)
