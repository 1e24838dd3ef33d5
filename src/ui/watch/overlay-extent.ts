import { keyHelp } from './keys.ts'
import type { Model, Overlay } from './model.ts'

/** How many lines a text over the panes has at most. Its view knows exactly, and shows no further than its last line. */
function mostLines(model: Model, overlay: Overlay): number {
  const { findings, nodes, addresses } = model.story
  switch (overlay.kind) {
    case 'help':
      return keyHelp(model).reduce((sum, { lines }) => sum + lines.length + 2, 0)
    case 'confirm':
      return 20 + 2 * addresses.length + nodes.length
    case 'address':
    case 'node':
      return 60 + addresses.length + nodes.length + 8 * findings.length
    default:
      return 20
  }
}

/** Keeps what lies over the panes within its bounds: the cursor of a menu on an item, a text not past its end. */
export function settleOverlay(model: Model): Model {
  const { overlay } = model
  if (!overlay || overlay.kind === 'input') return model
  if (overlay.kind === 'menu') {
    const cursor = clamp(overlay.cursor, overlay.items.length - 1)
    return cursor === overlay.cursor ? model : { ...model, overlay: { ...overlay, cursor } }
  }
  const top = clamp(overlay.top, mostLines(model, overlay) - 1)
  return top === overlay.top ? model : { ...model, overlay: { ...overlay, top } }
}

const clamp = (value: number, most: number): number => Math.max(0, Math.min(value, most))
