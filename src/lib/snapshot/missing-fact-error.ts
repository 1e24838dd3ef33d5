import type { ErrorCode } from '../error-codes.ts'
import { CtdbtsError } from '../errors.ts'
import type { MissingFact } from './snapshot.ts'

/** The error behind a missing fact, as it was when the snapshot was taken. */
export function missingFactError({ code, message, hint }: MissingFact): CtdbtsError {
  // Facts are recorded from errors, so their codes are ours, or those of the version that wrote the file.
  return new CtdbtsError(code as ErrorCode, message, hint === undefined ? {} : { hint })
}
