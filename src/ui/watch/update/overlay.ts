import type { Model } from '../model/model.ts'
import { addressRows, cursorIndex, logRows, nodeRows, timelineRows } from '../model/rows.ts'
import { selectionOf } from '../model/selection.ts'
import type { Step } from './cursors.ts'
import { cancelInput } from './input-line.ts'
import { result, type UpdateResult, withNotice, withoutOverlay } from './result.ts'

/** Opens the help. */
export const openHelp = (model: Model): Model => ({ ...model, overlay: { kind: 'help', top: 0 } })

/** Shows details of the selected item. */
export function openDetails(model: Model): UpdateResult {
  const index = cursorIndex(model, model.pane)
  if (model.pane === 'timeline') {
    const entry = timelineRows(model)[index]
    return entry ? result({ ...model, overlay: { kind: 'entry', id: entry.id, top: 0 } }) : result(model)
  }
  if (model.pane === 'log') {
    const line = logRows(model)[index]
    return line ? result({ ...model, overlay: { kind: 'log', id: line.id, top: 0 } }) : result(model)
  }
  if (model.pane === 'nodes') return openNode(model, nodeRows(model)[index]?.pnn)
  const row = model.pane === 'addresses' ? addressRows(model)[index] : undefined
  if (row?.kind === 'address') {
    return result({ ...model, overlay: { kind: 'address', address: row.state.address, top: 0 } })
  }
  return openNode(model, row?.node?.pnn)
}

/** Shows details of the selected node: that of the marked column, else the owner of the selected address. */
export const openNodeDetails = (model: Model): UpdateResult => openNode(model, selectionOf(model).pnns[0])

const openNode = (model: Model, pnn: number | undefined): UpdateResult =>
  result(pnn === undefined ? withNotice(model, 'No node is selected') : { ...model, overlay: { kind: 'node', pnn, top: 0 } })

/** Closes the overlay without doing anything. A filter that is being typed is undone. */
export const closeOverlay = (model: Model): Model =>
  model.overlay?.kind === 'input' ? cancelInput(model) : withoutOverlay(model)

/** Moves the cursor of a menu, or scrolls a text. `clampOverlay` limits that afterwards. */
export function moveInOverlay(model: Model, step: Step): Model {
  const { overlay } = model
  if (!overlay || overlay.kind === 'input') return model
  const page = Math.max(1, model.size.rows - 6)
  const from = overlay.kind === 'menu' ? overlay.cursor : overlay.top
  const to = target(step, from, page)
  return { ...model, overlay: overlay.kind === 'menu' ? { ...overlay, cursor: to } : { ...overlay, top: to } }
}

/** How many rows an overlay has, and how many of them it shows at once. */
export interface OverlayExtent {
  readonly rows: number
  readonly bodyRows: number
}

/** Keeps the overlay within its bounds: the cursor of a menu on an item, a text not scrolled past its end. */
export function clampOverlay(model: Model, overlayExtent: (model: Model) => OverlayExtent | undefined): Model {
  const { overlay } = model
  if (!overlay || overlay.kind === 'input') return model
  if (overlay.kind === 'menu') {
    const cursor = clamp(overlay.cursor, overlay.items.length - 1)
    return cursor === overlay.cursor ? model : { ...model, overlay: { ...overlay, cursor } }
  }
  const extent = overlayExtent(model)
  const top = clamp(overlay.top, extent ? extent.rows - extent.bodyRows : 0)
  return top === overlay.top ? model : { ...model, overlay: { ...overlay, top } }
}

const clamp = (value: number, most: number): number => Math.max(0, Math.min(value, most))

function target(step: Step, from: number, page: number): number {
  if (step === 'first') return 0
  if (step === 'last') return Number.MAX_SAFE_INTEGER
  return 'rows' in step ? from + step.rows : from + Math.sign(step.pages) * Math.ceil(Math.abs(step.pages) * page)
}
