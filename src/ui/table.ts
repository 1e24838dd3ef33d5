import { styleText } from 'node:util'
import Table from 'cli-table3'

/** What a cell tells at first sight. Never by colour alone: the words say it too. */
type Mood = 'good' | 'bad' | 'plain' | 'quiet'

const MOODS = { good: 'green', bad: 'red', plain: 'reset', quiet: 'dim' } as const

/** Colours words, or leaves them, as the output wants it. */
export type Paint = (mood: Mood, text: string) => string

export const painter =
  (coloured: boolean): Paint =>
  (mood, text) =>
    coloured && mood !== 'plain' ? styleText(MOODS[mood], text, { validateStream: false }) : text

/** A bordered table with a heading, ending in a newline. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  // cli-table3 would colour headings and borders by itself, whether on a terminal or not.
  const grid = new Table({ head: [...columns], style: { head: [], border: [] } })
  grid.push(...rows.map((row) => [...row]))
  return `${grid.toString()}\n`
}
