import type { Model } from './model.ts'
import { overlayExtent } from './overlay/overlay.ts'

/** Keeps what lies over the panes within its bounds: the cursor of a menu on an item, a text not past its end. */
export function settleOverlay(model: Model): Model {
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
