import type { Model } from './model.ts'
import { type Result, result, withNotice, withoutOverlay } from './result.ts'
import { timelineRows } from './rows.ts'

const EXPORT_FILE = 'ctdbts-timeline.jsonl'
/** No filter and no path needs more; a pasted novel would only be in the way. */
const MAX_LENGTH = 1_000

/** Opens the line in which the filter is typed. */
export const openFilter = (model: Model): Model => ({
  ...model,
  overlay: { kind: 'input', of: 'filter', text: model.filter, before: model.filter },
})

/** Opens the line in which the file of an export is named; one is proposed. */
export const openExport = (model: Model): Model => ({
  ...model,
  overlay: { kind: 'input', of: 'export', text: EXPORT_FILE, before: '' },
})

/** Puts typed or pasted text at the end of the line; what is a line break or a control character is a blank in it. */
export function type(model: Model, text: string): Model {
  const { overlay } = model
  if (overlay?.kind !== 'input') return model
  return withText(model, overlay.text + text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' '))
}

/** Takes away the last character. */
export function eraseLast(model: Model): Model {
  const { overlay } = model
  if (overlay?.kind !== 'input') return model
  const characters = Array.from(new Intl.Segmenter().segment(overlay.text), ({ segment }) => segment)
  return withText(model, characters.slice(0, -1).join(''))
}

/** Takes away all that stands in the line. */
export const eraseAll = (model: Model): Model => withText(model, '')

/** A filter is in force while it is typed. */
function withText(model: Model, text: string): Model {
  const { overlay } = model
  if (overlay?.kind !== 'input') return model
  const fitting = text.slice(0, MAX_LENGTH)
  return { ...model, overlay: { ...overlay, text: fitting }, ...(overlay.of === 'filter' && { filter: fitting }) }
}

/** Keeps the filter, or exports to the file that is named: those entries of the timeline that the filter lets through. */
export function accept(model: Model): Result {
  const { overlay } = model
  if (overlay?.kind !== 'input') return result(model)
  const text = overlay.text.trim()
  if (overlay.of === 'filter') return result({ ...withoutOverlay(model), filter: text })
  if (text === '') return result(withNotice(model, 'the file needs a name', 'error'))
  return result(withoutOverlay(model), { kind: 'export', file: text, entries: timelineRows(model) })
}

/** Leaves the line; the filter is what it was before. */
export function giveUp(model: Model): Model {
  const { overlay } = model
  if (overlay?.kind !== 'input') return model
  return { ...withoutOverlay(model), ...(overlay.of === 'filter' && { filter: overlay.before }) }
}
