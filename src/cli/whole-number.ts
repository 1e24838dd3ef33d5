import * as Flags from '@oclif/core/flags'
import { CtdbtsError } from '../lib/errors.ts'

/** An option that takes a number of at most nine digits, and at least `min`. */
export const wholeNumber = Flags.custom<number, { min?: number }>({
  helpValue: 'N',
  parse: async (text, _context, { name, min = 0 }) => {
    if (/^\d{1,9}$/.test(text) && Number(text) >= min) return Number(text)
    const least = min > 0 ? ` of at least ${min}` : ''
    throw new CtdbtsError('USAGE', `--${name} takes a whole number${least}, not ${JSON.stringify(text)}`)
  },
})
