import { logSubject } from '../model/log-subject.ts'
import { GROUPINGS, type Model, SORTS } from '../model/model.ts'
import { hasColumns } from '../model/rows.ts'
import { selectionOf } from '../model/selection.ts'
import { result, type UpdateResult, withNotice } from './result.ts'

const nextOf = <T>(list: readonly T[], current: T): T => list[(list.indexOf(current) + 1) % list.length] ?? current

const SORT_WORDS = {
  address: 'Sorted by address',
  owner: 'Sorted by owner',
  since: 'Sorted by time, latest change first',
  severity: 'Sorted by severity, worst first',
} as const

/** Switches to the next sort order of the addresses. */
export function nextSort(model: Model): Model {
  const sort = nextOf(SORTS, model.sort)
  return withNotice({ ...model, sort }, SORT_WORDS[sort])
}

const GROUPING_WORDS = { none: 'Not grouped', node: 'Grouped by node', subnet: 'Grouped by subnet' } as const

/** Switches to the next grouping of the addresses. */
export function nextGrouping(model: Model): Model {
  const grouping = nextOf(GROUPINGS, model.grouping)
  return withNotice({ ...model, grouping }, GROUPING_WORDS[grouping])
}

/** Filters by the selected item: first by the address, then by its node, then clears the filter. */
export function filterBySelection(model: Model): UpdateResult {
  const { filters } = selectionOf(model)
  if (filters.length === 0) return result(withNotice(model, 'Nothing to filter by here'))
  return result({ ...model, filter: filters[filters.indexOf(model.filter) + 1] ?? '' })
}

/** Esc in the panes: clears the what-ifs, else the filter, else the mark of a column, else, in the log, what limits it. */
export function goBack({ preview, ...model }: Model): Model {
  if (preview) return model
  if (model.filter !== '') return { ...model, filter: '' }
  if (hasColumns(model) && model.cursors.nodes !== undefined) return withoutMark(model)
  if (model.pane === 'log' && isLogLimited(model)) return withWholeLog(model)
  return withNotice(model, 'Press q to quit')
}

const isLogLimited = (model: Model): boolean => Object.values(logSubject(model)).some((part) => part !== undefined)

const withWholeLog = ({ logOf: _, ...model }: Model): Model => model

const withoutMark = (model: Model): Model => ({ ...model, cursors: { ...model.cursors, nodes: undefined } })
