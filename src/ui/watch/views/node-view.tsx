import { nodeLines } from '../node-pane.ts'
import { Block } from './block.tsx'
import type { PaneProps } from './pane.tsx'

/** The pane of nodes. */
export function NodeView({ model, theme, box }: PaneProps) {
  return <Block place={box} lines={nodeLines(model, box.columns, box.bodyRows)} theme={theme} />
}
