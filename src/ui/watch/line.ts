import { columnsOf, padded, truncated } from './text-columns.ts'

/** What a piece of text tells at first sight. Never by colour alone: a sign or a word says it too. */
export type Mood = 'plain' | 'quiet' | 'strong' | 'good' | 'warning' | 'error'

/** A piece of a line, harmless already. */
export interface Span {
  readonly text: string
  readonly mood?: Mood | undefined
  /** Drawn the other way round, light on dark: what the keys act upon. */
  readonly isMarked?: boolean | undefined
}

/** A line of the terminal, without colours yet. */
export type Line = readonly Span[]

export const span = (text: string, mood?: Mood): Span => ({ text, mood })

/** How many columns a line takes. */
export const lineColumns = (line: Line): number => line.reduce((sum, { text }) => sum + columnsOf(text), 0)

/** A line of exactly so many columns. */
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

/** A cell of a table: a text of exactly so many columns. */
export const cell = (text: string, columns: number, mood?: Mood): Span => ({ text: padded(text, columns), mood })

/** A cell of more than one piece. */
export const cells = (line: Line, columns: number): Line => fitLine(line, columns)

/** The whole line marked. */
export const marked = (line: Line): Line => line.map((each) => ({ ...each, isMarked: true }))
