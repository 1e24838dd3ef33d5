import type { Read } from './read.ts'
import { READS } from './reads.ts'
import type { Rule } from './rules.ts'

/** The columns of the table in docs/compatibility.md. */
export const GROUPS = ['options', 'errors', 'cluster states', 'changes'] as const
export type Group = (typeof GROUPS)[number]

/** A command line that both tools run. */
export interface Case {
  readonly command: string
  readonly group: Group
  readonly argv: readonly string[]
  readonly rule: Rule | undefined
}

/** Options that choose an output, a node or a time limit, which no answer reaches on a busy machine. */
const OPTIONS = [[], ['-X'], ['-Y', '-x', ','], ['-v'], ['-Xv'], ['-t', '20'], ['-T', '20'], ['-n', '0'], ['-n', '1'], ['-n2']]

/** Options that every command rejects. */
const REFUSED = [['-n', '9'], ['-n', 'x'], ['-n', '1x'], ['-n'], ['-z'], ['-j'], ['-T', 'soon']]

const caseOf = ({ command, rule }: Read, group: Group, argv: readonly string[]): Case => ({ command, group, argv, rule })

/** Puts the options in front of the command or behind it, in turn. */
const placed = (command: string, words: readonly string[], options: readonly string[], index: number): string[] =>
  index % 2 === 0 ? [...options, command, ...words] : [command, ...words, ...options]

/** The command with every option, for a healthy cluster. */
export const optionCases = (read: Read): Case[] =>
  read.words.flatMap((words) => OPTIONS.map((options, at) => caseOf(read, 'options', placed(read.command, words, options, at))))

/** The command with invalid options and arguments. */
export const errorCases = (read: Read): Case[] => {
  const words = read.words[0] ?? read.refused ?? []
  return [
    ...read.wrong.map((wrong) => caseOf(read, 'errors', [read.command, ...wrong])),
    ...read.wrong
      .slice(0, 1)
      .flatMap((wrong) => [
        caseOf(read, 'errors', ['-X', '-n', '1', read.command, ...wrong]),
        caseOf(read, 'errors', [read.command, ...wrong, '-n', '9']),
      ]),
    // An option whose value is missing has to be the last word.
    ...REFUSED.map((options, at) => caseOf(read, 'errors', placed(read.command, words, options, options.length === 1 ? 1 : at))),
  ]
}

/**
 * All commands, for a cluster that is not healthy.
 * @param away the node cannot be reached, so commands that would change something can be included.
 */
export const stateCases = (named: number | undefined, away: boolean): Case[] =>
  READS.flatMap((read) =>
    [...read.words.slice(0, 2), ...(away && read.refused ? [read.refused] : []), ...read.wrong.slice(0, 1)].map((words) =>
      caseOf(read, 'cluster states', [...(named === undefined ? [] : ['-n', String(named)]), read.command, ...words]),
    ),
  )
