import type { Model } from '../model.ts'
import { drawnOverlay } from '../overlay/overlay.ts'
import type { Theme } from '../theme.ts'
import { Block } from './block.tsx'

/** What lies over the panes, if anything does. */
export function OverlayView({ model, theme }: { model: Model; theme: Theme }) {
  const drawn = drawnOverlay(model)
  return drawn && <Block place={drawn} lines={drawn.lines} theme={theme} />
}
