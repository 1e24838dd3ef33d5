import type { PaneBox, ScreenLayout } from '../model/layout.ts'
import type { Model } from '../model/model.ts'
import { addressRows } from '../model/rows.ts'
import { listLines } from './address-list.ts'
import { matrixLines } from './address-matrix.ts'
import type { Line } from './line.ts'
import { nodeLines } from './node-pane.ts'
import { logLines, timelineLines } from './timeline-pane.ts'

/** The lines of a pane: its heading, then the visible rows. */
export function paneLines(model: Model, { pane, columns, bodyRows }: PaneBox, map: ScreenLayout['map']): Line[] {
  switch (pane) {
    case 'addresses': {
      const draw = map === 'matrix' ? matrixLines : listLines
      return draw(model, addressRows(model), columns, bodyRows)
    }
    case 'nodes':
      return nodeLines(model, columns, bodyRows)
    case 'timeline':
      return timelineLines(model, columns, bodyRows)
    case 'log':
      return logLines(model, columns, bodyRows)
  }
}
