import { stripVTControlCharacters } from 'node:util'

/** oclif's parser marks its complaints with the input it parsed, or at least as its own. */
export const isUsageError = (error: unknown): error is Error => error instanceof Error && ('parse' in error || 'oclif' in error)

/** A complaint of oclif's parser in a form to be told. */
export interface UsageFault {
  readonly message: string
  /** Of what is no option: too many words, too few, or one that is none of those wanted. */
  readonly isOfWords: boolean
}

/** The kind shows in the fields and the text only: the classes are not exported. */
export function readUsageError(error: Error): UsageFault {
  const message = stripVTControlCharacters(error.message)
    .replace(/^The following errors? occurred:\s*/, '')
    .replace(/\s*See more help with --help$/, '')
    .replace(/(--[\w-]+)(?:=\S*)? cannot also be provided when using (--[\w-]+)/g, '$1 and $2 exclude each other')
  return { message, isOfWords: 'args' in error || /^Expected (?!--)/.test(message) }
}
