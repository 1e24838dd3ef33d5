import { CtdbtsError } from '../../lib/errors.ts'

/**
 * The command line by which a POSIX shell (what sshd gives a command to) gets exactly these words. The only place where words become a
 * line. Every word is quoted, so that none is a keyword, an alias, an assignment or a pattern.
 * @throws CtdbtsError USAGE for a word with a NUL, which no command can be given.
 */
export function quoteWords(words: readonly string[]): string {
  return words.map(quoteWord).join(' ')
}

function quoteWord(word: string): string {
  if (word.includes('\0')) throw new CtdbtsError('USAGE', 'a word of a command has a NUL in it', { hint: 'leave it out' })
  return `'${word.replaceAll("'", `'\\''`)}'`
}
