import { visible } from '../visible.ts'

const PRINTABLE_ASCII = /^[ -~]*$/
/** What terminals draw over two columns: East Asian letters and signs. */
const WIDE =
  /[\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{20000}-\u{3fffd}]/u
/** What is drawn over the letter before it, or not at all. */
const OVER_OTHERS = /[\p{Mark}\p{Format}\p{Default_Ignorable_Code_Point}]/gu
/** Pictures, and parts of Korean letters: terminals differ in how wide they draw them. */
const OF_ANY_WIDTH = /[\p{Emoji_Presentation}\p{Regional_Indicator}\p{Surrogate}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/gu

/**
 * Text of anybody's, made harmless, and such that we and the terminal agree how wide it is: accents go where there is no letter that
 * has them, pictures are shown as `?`.
 */
export const harmless = (text: string): string =>
  PRINTABLE_ASCII.test(text) ? text : visible(text).normalize('NFC').replaceAll(OVER_OTHERS, '').replaceAll(OF_ANY_WIDTH, '?')

/** How many columns of a terminal a text takes that has been through `harmless`, or is our own. */
export function columnsOf(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length
  let columns = 0
  for (const char of text) columns += WIDE.test(char) ? 2 : 1
  return columns
}

/** The beginning of a text that fits into so many columns, ending in … where something is left out. */
export function truncated(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  if (columns <= 0) return ''
  let taken = ''
  let width = 0
  for (const char of text) {
    width += columnsOf(char)
    if (width > columns - 1) break
    taken += char
  }
  return `${taken}…`
}

/** Text of exactly so many columns: truncated, or with blanks behind it. */
export function padded(text: string, columns: number): string {
  const fitting = truncated(text, columns)
  return fitting + ' '.repeat(Math.max(0, columns - columnsOf(fitting)))
}
