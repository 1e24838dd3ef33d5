import { stripVTControlCharacters } from 'node:util'
import type { CtdbtsError } from '../lib/errors.ts'

/** oclif's parser marks its errors with the input that it parsed, or at least as its own. */
export const isUsageError = (error: unknown): error is Error => error instanceof Error && ('parse' in error || 'oclif' in error)

/** An error of ours as it was thrown: oclif wraps the message of one about the value of an option in text of its own. */
export function unwrapped(error: CtdbtsError, hint: string): CtdbtsError {
  const [, message] = /^Parsing --\S+ \n\t(.*)\nSee more help with --help$/s.exec(error.message) ?? []
  return message === undefined ? error : error.with({ message, hint: error.hint ?? hint })
}

/** An error of oclif's parser, ready to be shown. */
export interface UsageFault {
  readonly message: string
  /** Whether it is about arguments, not options: too many, too few, or an invalid one. */
  readonly isOfWords: boolean
}

/** Tells kinds of errors apart by fields and text, as oclif does not export the classes. */
export function readUsageError(error: Error): UsageFault {
  const message = stripVTControlCharacters(error.message)
    .replace(/^The following errors? occurred:\s*/, '')
    .replace(/\s*See more help with --help$/, '')
    .replace(/(--[\w-]+)(?:=\S*)? cannot also be provided when using (--[\w-]+)/g, '$1 and $2 exclude each other')
  return { message, isOfWords: 'args' in error || /^Expected (?!--)/.test(message) }
}
