import { eastAsianWidth } from 'get-east-asian-width'
import { visible } from '../../visible.ts'

const PRINTABLE_ASCII = /^[ -~]*$/
/** Characters that are drawn over the one before them, or not at all. */
const OVER_OTHERS = /[\p{Mark}\p{Format}\p{Default_Ignorable_Code_Point}]/gu
/** Emoji, and parts of Korean syllables: terminals do not agree on their width. */
const OF_ANY_WIDTH = /[\p{Emoji_Presentation}\p{Regional_Indicator}\p{Surrogate}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/gu

/**
 * Makes untrusted text safe to show, and of a width that every terminal agrees on: accents are removed from letters that have no accented
 * form of their own, and emoji become `?`.
 */
export const harmless = (text: string): string =>
  PRINTABLE_ASCII.test(text) ? text : visible(text).normalize('NFC').replaceAll(OVER_OTHERS, '').replaceAll(OF_ANY_WIDTH, '?')

/** The width of a text in columns of the terminal. The text is our own, or has been through `harmless`. */
export function columnsOf(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length
  let columns = 0
  for (const char of text) columns += eastAsianWidth(char.codePointAt(0) ?? 0)
  return columns
}

/** Cuts a text to at most `columns`. A text that was cut ends in `…`. */
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

/** A text of exactly `columns`: truncated, or with spaces after it. */
export function padded(text: string, columns: number): string {
  const fitting = truncated(text, columns)
  return fitting + ' '.repeat(Math.max(0, columns - columnsOf(fitting)))
}
