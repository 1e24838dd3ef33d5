import { hasFrame, type Rect } from '../../model/layout.ts'
import type { Model, Overlay } from '../../model/model.ts'
import type { OverlayExtent } from '../../update/overlay.ts'
import { fitLine, type Line, lineColumns, marked, type Span, span } from '../line.ts'
import { harmless } from '../text-columns.ts'
import { addressDetails } from './address-details.ts'
import { actionQuestion, plannedLines } from './confirmation.ts'
import { entryLines } from './entry-details.ts'
import { helpLines } from './help.ts'
import { nodeDetails } from './node-details.ts'
import { paragraph } from './text-block.ts'

/** An overlay that covers the panes; an input line is at the bottom instead. */
type Box = Exclude<Overlay, { kind: 'input' }>

/** Wider than this, text is hard to read. */
const MOST_COLUMNS = 100
/** A narrower terminal has no room for a frame. */
const FRAME_COLUMNS = 30
const FRAME_ROWS = 5

/** Where an overlay is, and its lines, the frame included. */
interface DrawnOverlay extends Rect {
  readonly lines: readonly Line[]
}

/** How far the overlay of a model scrolls; undefined without one, and for an input line. */
export function overlayExtent(model: Model): OverlayExtent | undefined {
  const { overlay } = model
  if (!overlay || overlay.kind === 'input') return undefined
  const frame = frameOf(model)
  return { rows: contentOf(model, overlay, frame.inner).length, bodyRows: frame.most }
}

/** The overlay of a model as it is drawn; undefined without one, and for an input line. */
export function drawnOverlay(model: Model): DrawnOverlay | undefined {
  const { overlay } = model
  if (!overlay || overlay.kind === 'input') return undefined
  const frame = frameOf(model)
  const content = contentOf(model, overlay, frame.inner)
  const from = firstShown(overlay, content.length, frame.most)
  const shown = content.slice(from, from + frame.most)
  const below = content.length - from - shown.length
  const lines = frame.isThere ? framed(titleText(overlay), shown, frame.inner, moreText(from, below)) : shown
  const { area } = frame
  const columns = frame.isThere ? frame.inner + 4 : area.columns
  const rows = frame.isThere ? lines.length : area.rows
  return {
    left: Math.floor((area.columns - columns) / 2),
    top: area.top + Math.floor((area.rows - rows) / 2),
    columns,
    rows,
    lines,
  }
}

function frameOf({ size }: Model) {
  const columns = Math.max(1, size.columns)
  const isFramed = hasFrame(size.rows)
  const rows = Math.max(1, isFramed ? size.rows - 2 : size.rows)
  const isThere = columns >= FRAME_COLUMNS && rows >= FRAME_ROWS
  return {
    area: { top: isFramed ? 1 : 0, columns, rows },
    isThere,
    inner: isThere ? Math.min(columns, MOST_COLUMNS) - 4 : columns,
    most: isThere ? rows - 2 : rows,
  }
}

function titleText(overlay: Box): string {
  switch (overlay.kind) {
    case 'help':
      return 'Help'
    case 'address':
      return overlay.address
    case 'node':
      return `Node ${overlay.pnn}`
    case 'entry':
      return 'Timeline entry'
    case 'log':
      return 'Log line'
    case 'menu':
      return overlay.title
    case 'confirm':
      return actionQuestion(overlay.action)
  }
}

function contentOf(model: Model, overlay: Box, columns: number): readonly Line[] {
  switch (overlay.kind) {
    case 'help':
      return helpLines(model)
    case 'address':
      return addressDetails(model, overlay.address, columns)
    case 'node':
      return nodeDetails(model, overlay.pnn, columns)
    case 'entry':
      return entryLines(model, overlay.id, columns)
    case 'log':
      return paragraph(model.log.find(({ id }) => id === overlay.id)?.text ?? 'This line was dropped.', columns)
    case 'menu':
      return overlay.items.map(({ label, choice, isOn }, index) => {
        const line = [span(`${isOn ? '✓' : ' '} ${harmless(label)}`, choice ? 'plain' : 'quiet')]
        return index === overlay.cursor ? marked(fitLine(line, columns)) : line
      })
    case 'confirm':
      return [answerLine(overlay), [], ...plannedLines(overlay.planned, columns)]
  }
}

const answerLine = ({ planned }: Extract<Overlay, { kind: 'confirm' }>): Line =>
  planned.state === 'working'
    ? [span('Press n or Esc to cancel', 'strong')]
    : [span('Press y to confirm, n or Esc to cancel', 'strong')]

function firstShown(overlay: Box, count: number, most: number): number {
  const last = Math.max(0, count - most)
  const wanted = overlay.kind === 'menu' ? overlay.cursor - Math.floor(most / 2) : overlay.top
  return Math.max(0, Math.min(wanted, last))
}

function moreText(above: number, below: number): string {
  const parts = [...(above > 0 ? [`↑ ${above} more`] : []), ...(below > 0 ? [`↓ ${below} more`] : [])]
  return parts.join(' · ')
}

function framed(title: string, lines: readonly Line[], inner: number, more: string): Line[] {
  const edge = (from: string, text: Span, to: string): Line => {
    const label = text.text === '' ? [] : fitLine([span(' '), text, span(' ')], Math.min(inner, lineColumns([text]) + 2))
    return [span(`${from}─`), ...label, span('─'.repeat(Math.max(0, inner + 1 - lineColumns(label)))), span(to)]
  }
  return [
    edge('┌', span(harmless(title), 'strong'), '┐'),
    ...lines.map((line) => [span('│ '), ...fitLine(line, inner), span(' │')]),
    edge('└', span(more, 'quiet'), '┘'),
  ]
}
