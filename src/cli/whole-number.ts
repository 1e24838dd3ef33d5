import * as Flags from '@oclif/core/flags'
import { CtdbtsError } from '../lib/errors.ts'

/** An option that takes a number of at most nine digits. */
export const wholeNumber = Flags.custom<number>({
  helpValue: 'N',
  parse: async (text, _context, { name }) => {
    if (/^\d{1,9}$/.test(text)) return Number(text)
    throw new CtdbtsError('USAGE', `--${name} takes a whole number, not ${JSON.stringify(text)}`)
  },
})
