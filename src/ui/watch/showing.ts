import { GROUPINGS, type Model, SORTS } from './model.ts'
import { hasColumns } from './panes.ts'
import { type Result, result, withNotice } from './result.ts'
import { underCursor } from './under-cursor.ts'

const after = <T>(list: readonly T[], current: T): T => list[(list.indexOf(current) + 1) % list.length] ?? current

const SORT_WORDS = {
  address: 'sorted by address',
  owner: 'sorted by owner',
  since: 'sorted by time, the last change first',
  trouble: 'sorted by trouble, the worst first',
} as const

/** The next order of the addresses. */
export function nextSort(model: Model): Model {
  const sort = after(SORTS, model.sort)
  return withNotice({ ...model, sort }, SORT_WORDS[sort])
}

const GROUPING_WORDS = { none: 'not grouped', node: 'grouped by node', subnet: 'grouped by subnet' } as const

/** The next way to put the addresses in groups. */
export function nextGrouping(model: Model): Model {
  const grouping = after(GROUPINGS, model.grouping)
  return withNotice({ ...model, grouping }, GROUPING_WORDS[grouping])
}

/** Shows only what the cursor is on: an address, when pressed again its node, and then everything again. */
export function filterByCursor(model: Model): Result {
  const { filters } = underCursor(model)
  if (filters.length === 0) return result(withNotice(model, 'there is nothing here to filter by'))
  return result({ ...model, filter: filters[filters.indexOf(model.filter) + 1] ?? '' })
}

/** What Esc does where nothing lies over the panes: ends the preview, else clears the filter, else the mark of a column. */
export function goBack({ preview, ...model }: Model): Model {
  if (preview) return model
  if (model.filter !== '') return { ...model, filter: '' }
  if (hasColumns(model) && model.cursors.nodes !== undefined) return withoutMark(model)
  return withNotice(model, 'q quits')
}

const withoutMark = (model: Model): Model => ({ ...model, cursors: { ...model.cursors, nodes: undefined } })
