import { styleText } from 'node:util'
import Table from 'cli-table3'

/** How a cell looks. Colour never carries a meaning alone: the words say the same. */
type CellStyle = 'good' | 'bad' | 'plain' | 'quiet'

const STYLES = { good: 'green', bad: 'red', plain: 'reset', quiet: 'dim' } as const

/** Colours a text, unless the output has no colours. */
export type Paint = (style: CellStyle, text: string) => string

export const painter =
  (coloured: boolean): Paint =>
  (style, text) =>
    coloured && style !== 'plain' ? styleText(STYLES[style], text, { validateStream: false }) : text

/** A bordered table with a heading, ending in a newline. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  // By default, cli-table3 colours headings and borders, on a terminal or not.
  const grid = new Table({ head: [...columns], style: { head: [], border: [] } })
  grid.push(...rows.map((row) => [...row]))
  return `${grid.toString()}\n`
}
