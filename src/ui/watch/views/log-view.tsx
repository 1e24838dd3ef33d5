import { logLines } from '../timeline-pane.ts'
import { Block } from './block.tsx'
import type { PaneProps } from './pane.tsx'

/** The pane of what the daemons of an embedded cluster log. */
export function LogView({ model, theme, box }: PaneProps) {
  return <Block place={box} lines={logLines(model, box.columns, box.bodyRows)} theme={theme} />
}
