import { hasFrame, type Rect, type ScreenLayout } from '../model/layout.ts'
import type { Model } from '../model/model.ts'
import { hasTimeLine, layoutFor } from '../model/rows.ts'
import { bottomLine } from './bottom-line.ts'
import { type Line, span } from './line.ts'
import { drawnOverlay } from './overlay/overlay.ts'
import { paneLines } from './pane.ts'
import { asSeen } from './staleness.ts'
import { timeLine } from './time-line.ts'
import { titleLine } from './title-line.ts'

/** Lines in a part of the screen. Lines that do not fit are cut off, missing ones are empty. */
export interface ScreenBlock {
  /** Identifies the part between frames. */
  readonly id: string
  readonly rect: Rect
  readonly lines: readonly Line[]
}

/** Everything on the screen, exactly as wide and as high as the model's terminal. Later blocks cover earlier ones. */
export function screenBlocks(given: Model): readonly ScreenBlock[] {
  const model = asSeen(given)
  const columns = Math.max(1, model.size.columns)
  const rows = Math.max(1, model.size.rows)
  const layout = layoutFor(model)
  const isFramed = hasFrame(rows)
  const hasBottomLine = isFramed || model.overlay?.kind === 'input'
  const lineAt = (top: number): Rect => ({ left: 0, top, columns, rows: 1 })
  return [
    ...(isFramed ? [{ id: 'title', rect: lineAt(0), lines: [titleLine(model, columns)] }] : []),
    ...layout.panes.map((box) => ({ id: box.pane, rect: box, lines: paneLines(model, box, layout.map) })),
    ...dividerBlocks(layout),
    ...(hasTimeLine(model) ? [{ id: 'time', rect: lineAt(rows - 2), lines: [timeLine(model, columns)] }] : []),
    ...overlayBlocks(model),
    ...(hasBottomLine ? [{ id: 'bottom', rect: lineAt(rows - 1), lines: [bottomLine(model, columns)] }] : []),
  ]
}

/** The line between the map and the panes beside it. */
function dividerBlocks({ panes }: ScreenLayout): ScreenBlock[] {
  const beside = panes.filter(({ left }) => left > 0)
  const [first] = beside
  if (!first) return []
  const rows = beside.reduce((sum, box) => sum + box.rows, 0)
  const lines = Array.from({ length: rows }, (): Line => [span('│', 'quiet')])
  return [{ id: 'divider', rect: { left: first.left - 1, top: first.top, columns: 1, rows }, lines }]
}

function overlayBlocks(model: Model): ScreenBlock[] {
  const overlay = drawnOverlay(model)
  return overlay ? [{ id: 'overlay', rect: overlay, lines: overlay.lines }] : []
}
