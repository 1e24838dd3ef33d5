import type { Rule } from './rules.ts'

/** A command, with arguments that change nothing. */
export interface Read {
  readonly command: string
  /** Valid arguments, which are compared with every option and in every cluster state. None if the command changes something. */
  readonly words: readonly (readonly string[])[]
  /** Valid arguments of a command that changes something, for use with an option or a node that is rejected. */
  readonly refused?: readonly string[]
  /** Invalid arguments. */
  readonly wrong: readonly (readonly string[])[]
  readonly rule?: Rule
}
