/** A fault to seed: one line of a source file replaced by another. */
export interface Mutant {
  /** Relative to the root of the project. */
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  /** What was changed: an operator, a bound … */
  readonly kind: string
  /** The whole line as it is, and as the fault makes it. */
  readonly before: string
  readonly after: string
  /** Tests to try before others, as vitest finds them: `cli/verify.`. Only lists edited by hand have them. */
  readonly tests?: readonly string[]
}
