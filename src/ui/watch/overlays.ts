import { giveUp } from './input-line.ts'
import type { Model } from './model.ts'
import type { Step } from './panes.ts'
import { type Result, result, withNotice, withoutOverlay } from './result.ts'
import { addressRows, cursorIndex, nodeRows, timelineRows } from './rows.ts'
import { underCursor } from './under-cursor.ts'

/** Shows all that is known of what the cursor is on. */
export function openDetails(model: Model): Result {
  const index = cursorIndex(model, model.pane)
  if (model.pane === 'timeline') {
    const entry = timelineRows(model)[index]
    return entry ? result({ ...model, overlay: { kind: 'entry', id: entry.id, top: 0 } }) : result(model)
  }
  if (model.pane === 'nodes') return openNode(model, nodeRows(model)[index]?.pnn)
  const row = model.pane === 'addresses' ? addressRows(model)[index] : undefined
  if (row?.kind === 'address') {
    return result({ ...model, overlay: { kind: 'address', address: row.state.address, top: 0 } })
  }
  return openNode(model, row?.node?.pnn)
}

/** Shows all that is known of the node under the cursor: that of the marked column, else the owner. */
export const openNodeDetails = (model: Model): Result => openNode(model, underCursor(model).pnns[0])

const openNode = (model: Model, pnn: number | undefined): Result =>
  result(pnn === undefined ? withNotice(model, 'there is no node here') : { ...model, overlay: { kind: 'node', pnn, top: 0 } })

/** Takes away what lies over the panes, whatever it is. Nothing is carried out, a filter that is being typed is undone. */
export const closeOverlay = (model: Model): Model => (model.overlay?.kind === 'input' ? giveUp(model) : withoutOverlay(model))

/** Moves the cursor of a menu, or what is shown of a text; how far that can go is seen to afterwards. */
export function moveInOverlay(model: Model, step: Step): Model {
  const { overlay } = model
  if (!overlay || overlay.kind === 'input') return model
  const page = Math.max(1, model.size.rows - 6)
  const from = overlay.kind === 'menu' ? overlay.cursor : overlay.top
  const to = target(step, from, page)
  return { ...model, overlay: overlay.kind === 'menu' ? { ...overlay, cursor: to } : { ...overlay, top: to } }
}

function target(step: Step, from: number, page: number): number {
  if (step === 'first') return 0
  if (step === 'last') return Number.MAX_SAFE_INTEGER
  return 'rows' in step ? from + step.rows : from + Math.sign(step.pages) * Math.ceil(Math.abs(step.pages) * page)
}
