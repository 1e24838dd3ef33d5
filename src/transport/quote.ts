import { CtdbtsError } from '../lib/errors.ts'

/**
 * Quotes words into a command line that a POSIX shell, to which sshd passes it, splits into exactly these words. The only place that builds
 * command lines. Every word is quoted, so that none is a keyword, an alias, an assignment or a pattern.
 * @throws CtdbtsError USAGE for a word with a NUL, which no command can receive.
 */
export function quoteWords(words: readonly string[]): string {
  return words.map(quoteWord).join(' ')
}

function quoteWord(word: string): string {
  if (word.includes('\0')) throw new CtdbtsError('USAGE', 'a word of the command contains a NUL character', { hint: 'remove it' })
  return `'${word.replaceAll("'", `'\\''`)}'`
}
