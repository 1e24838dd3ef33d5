import { wrapAnsi } from 'fast-wrap-ansi'

/**
 * Breaks text at its spaces into lines, each with its newline. The first line begins with `first`, the others are indented as far.
 * @param columns that a line has at most; a longer word is not broken.
 */
export function wrap(text: string, first = '', columns = 80): string {
  const indent = ' '.repeat(first.length)
  const lines = wrapAnsi(text, Math.max(1, columns - first.length)).split('\n')
  return lines.map((line, index) => `${index === 0 ? first : indent}${line}\n`).join('')
}
