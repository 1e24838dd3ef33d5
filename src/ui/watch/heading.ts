import { type Line, type Span, span } from './line.ts'
import type { Model, Pane } from './model.ts'

/** The name of a pane, marked on the one that has the keys, and what else there is to say of it. */
export function paneHeading(model: Model, pane: Pane, title: string, info = ''): Line {
  const name: Span = { text: ` ${title} `, mood: 'strong', isMarked: model.pane === pane }
  return info === '' ? [name] : [name, span(` ${info}`, 'quiet')]
}

/** Which rows of how many are shown: `3–17 of 40`; nothing when all are. */
export function shownText(top: number, bodyRows: number, count: number): string {
  if (top === 0 && count <= bodyRows) return ''
  return `${Math.min(top + 1, count)}–${Math.min(top + bodyRows, count)} of ${count}`
}
