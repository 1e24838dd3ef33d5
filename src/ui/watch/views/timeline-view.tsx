import { timelineLines } from '../timeline-pane.ts'
import { Block } from './block.tsx'
import type { PaneProps } from './pane.tsx'

/** The pane of what happened. */
export function TimelineView({ model, theme, box }: PaneProps) {
  return <Block place={box} lines={timelineLines(model, box.columns, box.bodyRows)} theme={theme} />
}
