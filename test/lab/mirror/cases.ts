import { READS, type Read } from './reads.ts'
import type { Rule } from './rules.ts'

/** Columns of the table. */
export const GROUPS = ['options', 'errors', 'cluster states', 'changes'] as const
export type Group = (typeof GROUPS)[number]

/** A command line that both tools are given. */
export interface Case {
  readonly command: string
  readonly group: Group
  readonly argv: readonly string[]
  readonly rule: Rule | undefined
}

/** The ways to choose an output, a node, or a time limit. */
const OPTIONS = [[], ['-X'], ['-Y', '-x', ','], ['-v'], ['-Xv'], ['-t', '3'], ['-T', '20'], ['-n', '0'], ['-n', '1'], ['-n2']]

/** What is refused whatever the command is. */
const REFUSED = [['-n', '9'], ['-n', 'x'], ['-n', '1x'], ['-n'], ['-z'], ['-j'], ['-T', 'soon']]

const caseOf = ({ command, rule }: Read, group: Group, argv: readonly string[]): Case => ({ command, group, argv, rule })

/** Now in front of the command, now behind it. */
const placed = (command: string, words: readonly string[], options: readonly string[], index: number): string[] =>
  index % 2 === 0 ? [...options, command, ...words] : [command, ...words, ...options]

/** With every option, all being well. */
export const optionCases = (read: Read): Case[] =>
  read.words.flatMap((words) => OPTIONS.map((options, at) => caseOf(read, 'options', placed(read.command, words, options, at))))

/** Everything that is refused, or is not what the command is for. */
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
    // A value that is missing has to be the last word.
    ...REFUSED.map((options, at) => caseOf(read, 'errors', placed(read.command, words, options, options.length === 1 ? 1 : at))),
  ]
}

/**
 * What every command says when the cluster is not well.
 * @param away nothing can be asked of that node, so nothing can be changed there.
 */
export const stateCases = (named: number | undefined, away: boolean): Case[] =>
  READS.flatMap((read) =>
    [...read.words.slice(0, 2), ...(away && read.refused ? [read.refused] : []), ...read.wrong.slice(0, 1)].map((words) =>
      caseOf(read, 'cluster states', [...(named === undefined ? [] : ['-n', String(named)]), read.command, ...words]),
    ),
  )
