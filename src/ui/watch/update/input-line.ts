import type { Model } from '../model/model.ts'
import { timelineRows } from '../model/rows.ts'
import { result, type UpdateResult, withNotice, withoutOverlay } from './result.ts'

const EXPORT_FILE = 'ctdbts-timeline.jsonl'
/** More than any filter or path needs; pasted text can be long. */
const MAX_LENGTH = 1_000

/** Opens the input line of the filter. */
export const openFilter = (model: Model): Model => ({
  ...model,
  overlay: { kind: 'input', of: 'filter', text: model.filter, before: model.filter },
})

/** Opens the input line of an export, with a proposed file name. */
export const openExport = (model: Model): Model => ({
  ...model,
  overlay: { kind: 'input', of: 'export', text: EXPORT_FILE, before: '' },
})

/** Opens the input line of a time of the recording. */
export const openTime = (model: Model): Model => ({ ...model, overlay: { kind: 'input', of: 'time', text: '', before: '' } })

/** Appends typed or pasted text. Line breaks and control characters become spaces. */
export function typeText(model: Model, text: string): Model {
  const { overlay } = model
  if (overlay?.kind !== 'input') return model
  return withText(model, overlay.text + text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' '))
}

/** Deletes the last character. */
export function deleteLast(model: Model): Model {
  const { overlay } = model
  if (overlay?.kind !== 'input') return model
  const characters = Array.from(new Intl.Segmenter().segment(overlay.text), ({ segment }) => segment)
  return withText(model, characters.slice(0, -1).join(''))
}

/** Deletes the line. */
export const deleteAll = (model: Model): Model => withText(model, '')

/** A filter applies while it is being typed. */
function withText(model: Model, text: string): Model {
  const { overlay } = model
  if (overlay?.kind !== 'input') return model
  const fitting = text.slice(0, MAX_LENGTH)
  return { ...model, overlay: { ...overlay, text: fitting }, ...(overlay.of === 'filter' && { filter: fitting }) }
}

/** Keeps the filter, exports the filtered timeline to the named file, or goes to the time. */
export function acceptInput(model: Model): UpdateResult {
  const { overlay } = model
  if (overlay?.kind !== 'input') return result(model)
  const text = overlay.text.trim()
  if (overlay.of === 'filter') return result({ ...withoutOverlay(model), filter: text })
  if (overlay.of === 'time') return result(withoutOverlay(model), { kind: 'replay', move: { kind: 'time', text } })
  if (text === '') return result(withNotice(model, 'Enter a file name', 'error'))
  return result(withoutOverlay(model), { kind: 'export', file: text, entries: timelineRows(model) })
}

/** Closes the input line, and restores the filter. */
export function cancelInput(model: Model): Model {
  const { overlay } = model
  if (overlay?.kind !== 'input') return model
  return { ...withoutOverlay(model), ...(overlay.of === 'filter' && { filter: overlay.before }) }
}
