import { wrap } from '../../audit/wrap.ts'
import { type Line, type Mood, span } from '../line.ts'
import { harmless } from '../text-columns.ts'

/** A title above what follows. */
export const titleOf = (text: string): Line => [span(text, 'strong')]

export const EMPTY: Line = []

/** Text of anybody's, in as many lines as it takes, the first after `first`, the others as far in. */
export const paragraph = (text: string, columns: number, { first = '', mood }: { first?: string; mood?: Mood } = {}): Line[] =>
  wrap(harmless(text), first, columns)
    .trimEnd()
    .split('\n')
    .map((line) => [span(line, mood)])

/** So wide is the name of a fact. */
const NAME_COLUMNS = 15

/** `Owner          node 2`: a fact with its name; nothing when there is no such fact. */
export const fact = (name: string, value: string | undefined, columns: number, mood?: Mood): Line[] =>
  value === undefined ? [] : paragraph(value, columns, { first: `${name.padEnd(NAME_COLUMNS)} `, ...(mood && { mood }) })
