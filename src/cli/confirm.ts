import * as Flags from '@oclif/core/flags'
import { CtdbtsError } from '../lib/errors.ts'
import { askOnTerminal } from './ask.ts'

/**
 * Asks on the terminal; anything but y or yes is no, and so is the end of the input.
 * @throws CtdbtsError NOT_CONFIRMED where there is no terminal to ask on; as {@link askOnTerminal}.
 */
async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CtdbtsError('NOT_CONFIRMED', 'confirmation needs a terminal', { hint: 'use --yes to skip the confirmation' })
  }
  const answer = await askOnTerminal(`${question} [y/N] `)
  return /^y(es)?$/i.test(answer?.trim() ?? '')
}

/**
 * Asks before something is done, unless --yes was given.
 * @param options with --json nothing is shown to which one could agree.
 * @param otherwise what is so without a yes: `nothing was done`.
 * @throws CtdbtsError NOT_CONFIRMED; as {@link confirm}.
 */
export async function requireAgreement(
  question: string,
  { yes, json = false }: { readonly yes: boolean; readonly json?: boolean | undefined },
  otherwise: string,
): Promise<void> {
  if (!yes && json) throw new CtdbtsError('NOT_CONFIRMED', '--json needs --yes', { hint: 'see first what --dry-run --json says' })
  if (!yes && !(await confirm(question))) throw new CtdbtsError('NOT_CONFIRMED', otherwise)
}

/** The option of commands that destroy something. */
export const yesFlag = { yes: Flags.boolean({ char: 'y', helpGroup: 'CTDBTS', summary: 'Do not ask for confirmation' }) }

/**
 * Asks before something is destroyed, on a terminal only: a script gets what `ctdb` does.
 * @throws CtdbtsError NOT_CONFIRMED unless the answer is yes.
 */
export async function confirmOnTerminal(question: () => Promise<string>, { yes }: { readonly yes: boolean }): Promise<void> {
  if (yes || !process.stdin.isTTY || !process.stderr.isTTY || (await confirm(await question()))) return
  throw new CtdbtsError('NOT_CONFIRMED', 'nothing was changed')
}
