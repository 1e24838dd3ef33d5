const PRINTABLE_ASCII = /^[ -~]*$/
/** What terminals draw over two columns: East Asian letters and signs, and signs that are pictures by themselves. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97f\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f000}-\u{1faff}]|[\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u
/** What is drawn over the letter before it, or not at all. */
const NARROW = /\p{Mark}|\p{Format}/u

const columnsOfCharacter = (char: string): number => (NARROW.test(char) ? 0 : WIDE.test(char) ? 2 : 1)

/** How many columns of a terminal a text takes; rather too many than too few. It has no control characters (see `visible`). */
export function columnsOf(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length
  let columns = 0
  for (const char of text) columns += columnsOfCharacter(char)
  return columns
}

/** The beginning of a text that fits into so many columns, ending in … where something is left out. */
export function truncated(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text
  if (columns <= 0) return ''
  let taken = ''
  let width = 0
  for (const char of text) {
    width += columnsOfCharacter(char)
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
