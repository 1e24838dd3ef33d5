import type { ErrorCode } from './error-codes.ts'
import { CtdbtsError } from './errors.ts'

/** Where a file is damaged, and how. */
export interface Damage {
  /** Counted in bytes from the start of the file. */
  readonly offset: number
  readonly what: string
}

/** For a damaged file. `ctdb` does not say where it is damaged, so ours is printed beside its words. */
export function damagedFile(code: ErrorCode, path: string, { offset, what }: Damage, exitStatus?: number): CtdbtsError {
  const message = `${path} is damaged at offset ${offset}: ${what}`
  return new CtdbtsError(code, message, { exitStatus, ctdbText: { stderr: [`ctdbts: ${message}`] } })
}
