import { Box } from 'ink'
import { bottomLine } from '../bottom-line.ts'
import { hasFrame } from '../layout.ts'
import type { Model } from '../model.ts'
import { layoutFor } from '../rows.ts'
import type { Theme } from '../theme.ts'
import { titleLine } from '../title-line.ts'
import { Block } from './block.tsx'
import { Divider } from './divider.tsx'
import { OverlayView } from './overlay-view.tsx'
import { PaneView } from './pane.tsx'

/** All that is on the terminal: exactly as wide and as high as the model says that it is. */
export function Screen({ model, theme }: { model: Model; theme: Theme }) {
  const columns = Math.max(1, model.size.columns)
  const rows = Math.max(1, model.size.rows)
  const layout = layoutFor(model)
  const line = (top: number) => ({ left: 0, top, columns, rows: 1 })
  const isFramed = hasFrame(rows)
  const hasBottom = isFramed || model.overlay?.kind === 'input'
  return (
    <Box width={columns} height={rows} overflow="hidden">
      {isFramed && <Block place={line(0)} lines={[titleLine(model, columns)]} theme={theme} />}
      {layout.panes.map((box) => (
        <PaneView key={box.pane} model={model} theme={theme} box={box} map={layout.map} />
      ))}
      <Divider layout={layout} theme={theme} />
      <OverlayView model={model} theme={theme} />
      {hasBottom && <Block place={line(rows - 1)} lines={[bottomLine(model, columns)]} theme={theme} />}
    </Box>
  )
}
