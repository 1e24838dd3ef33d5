import type { Layout } from '../layout.ts'
import { type Line, span } from '../line.ts'
import type { Theme } from '../theme.ts'
import { Block } from './block.tsx'

/** The line between panes that stand beside each other. */
export function Divider({ layout, theme }: { layout: Layout; theme: Theme }) {
  const beside = layout.panes.filter(({ left }) => left > 0)
  const [first] = beside
  if (!first) return null
  const rows = beside.reduce((sum, box) => sum + box.rows, 0)
  const lines = Array.from({ length: rows }, (): Line => [span('│', 'quiet')])
  return <Block place={{ left: first.left - 1, top: first.top, columns: 1, rows }} lines={lines} theme={theme} />
}
