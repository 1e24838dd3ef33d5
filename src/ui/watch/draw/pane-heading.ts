import type { Model, Pane } from '../model/model.ts'
import { type Line, type Span, span } from './line.ts'

/** The heading of a pane: its name, which is marked when the pane has the focus, and more information. */
export function paneHeading(model: Model, pane: Pane, title: string, info = ''): Line {
  const name: Span = { text: ` ${title} `, style: 'strong', isMarked: model.pane === pane }
  return info === '' ? [name] : [name, span(` ${info}`, 'quiet')]
}

/** Which rows of how many are visible: `3–17 of 40`; empty when all are. */
export function shownText(top: number, bodyRows: number, count: number): string {
  if (top === 0 && count <= bodyRows) return ''
  return `${Math.min(top + 1, count)}–${Math.min(top + bodyRows, count)} of ${count}`
}
