import { columnsOf, padded, truncated } from './text-columns.ts'

/** How a piece of text looks. Colour never carries a meaning alone: a sign or a word says the same. */
export type TextStyle = 'plain' | 'quiet' | 'strong' | 'good' | 'warning' | 'error'

/** A piece of a line. Its text is safe to show: see `harmless`. */
export interface Span {
  readonly text: string
  readonly style?: TextStyle | undefined
  /** Drawn in inverse: the keys act on it. */
  readonly isMarked?: boolean | undefined
}

/** A line of the terminal, without colours yet. */
export type Line = readonly Span[]

export const span = (text: string, style?: TextStyle): Span => ({ text, style })

/** The width of a line in columns. */
export const lineColumns = (line: Line): number => line.reduce((sum, { text }) => sum + columnsOf(text), 0)

/** A line of exactly `columns`: cut, or with spaces after it. */
export function fitLine(line: Line, columns: number): Line {
  const fitting: Span[] = []
  let left = columns
  for (const each of line) {
    const text = truncated(each.text, left)
    left -= columnsOf(text)
    if (text !== '') fitting.push({ ...each, text })
    if (text !== each.text) break
  }
  return left > 0 ? [...fitting, { text: ' '.repeat(left) }] : fitting
}

/** A cell of a table: a text of exactly `columns`. */
export const cell = (text: string, columns: number, style?: TextStyle): Span => ({ text: padded(text, columns), style })

/** A cell of several spans. */
export const cells = (line: Line, columns: number): Line => fitLine(line, columns)

/** Marks a whole line. */
export const marked = (line: Line): Line => line.map((each) => ({ ...each, isMarked: true }))
