import * as Flags from '@oclif/core/flags'
import { CtdbtsError } from '../../lib/errors.ts'

/** Options that say which checks to make. */
export const choiceFlags = {
  checks: Flags.string({ helpValue: 'ID,…', summary: 'Make only these checks' }),
  skip: Flags.string({ helpValue: 'ID,…', summary: 'Leave out these checks' }),
}

/** The ids that {@link choiceFlags} name. */
export const checkIds = ({ checks, skip }: Readonly<Record<'checks' | 'skip', string | undefined>>) => ({
  only: idsOf(checks),
  skip: idsOf(skip),
})

const idsOf = (list: string | undefined): readonly string[] | undefined =>
  list
    ?.split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '')

/** The seconds of --interval. @throws CtdbtsError USAGE. */
export function secondsOf(text: string): number {
  if (/^\d{1,5}(\.\d)?$/.test(text) && Number(text) >= 1) return Number(text)
  const what = 'at least 1 and less than 100000 seconds, with one decimal at most'
  throw new CtdbtsError('USAGE', `--interval takes ${what}, not ${JSON.stringify(text)}`)
}
