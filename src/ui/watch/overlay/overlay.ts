import { hasFrame } from '../layout.ts'
import { fitLine, type Line, lineColumns, marked, type Span, span } from '../line.ts'
import type { Model, Overlay } from '../model.ts'
import { harmless } from '../text-columns.ts'
import { addressDetails } from './address-details.ts'
import { actionQuestion, plannedLines } from './confirmation.ts'
import { entryLines } from './entry-details.ts'
import { helpLines } from './help.ts'
import { nodeDetails } from './node-details.ts'

/** An overlay that lies over the panes; a line being typed is at the bottom instead. */
type Box = Exclude<Overlay, { kind: 'input' }>

/** Wider than this, text is hard to read. */
const MOST_COLUMNS = 100
/** A narrower terminal has no columns to spare for a frame. */
const FRAME_COLUMNS = 30
const FRAME_ROWS = 5

/** Where an overlay is, and what it shows: its lines with the frame around them. */
export interface DrawnOverlay {
  readonly left: number
  readonly top: number
  readonly columns: number
  readonly rows: number
  readonly lines: readonly Line[]
}

/** How much an overlay has to show, and how much of it at once: the last row to scroll to is the difference. */
export interface OverlayExtent {
  readonly rows: number
  readonly bodyRows: number
}

/** What there is to scroll through in the overlay of a model; undefined without one, and for those that do not scroll. */
export function overlayExtent(model: Model): OverlayExtent | undefined {
  const { overlay } = model
  if (!overlay || overlay.kind === 'input') return undefined
  const frame = frameOf(model)
  return { rows: contentOf(model, overlay, frame.inner).length, bodyRows: frame.most }
}

/** The overlay of a model; undefined without one, and for a line being typed. */
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
      return 'What happened'
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
  planned.state === 'working' ? [span('Esc leaves it', 'strong')] : [span('y does it · n or Esc leaves it', 'strong')]

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
