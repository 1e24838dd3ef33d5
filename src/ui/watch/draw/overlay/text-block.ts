import { wrap } from '../../../wrap.ts'
import { type Line, span, type TextStyle } from '../line.ts'
import { harmless } from '../text-columns.ts'

/** A heading. */
export const headingLine = (text: string): Line => [span(text, 'strong')]

export const EMPTY: Line = []

/** Wraps a text, which may be untrusted. The first line begins with `first`; the others are indented as far. */
export const paragraph = (
  text: string,
  columns: number,
  { first = '', style }: { first?: string; style?: TextStyle } = {},
): Line[] =>
  wrap(harmless(text), first, columns)
    .trimEnd()
    .split('\n')
    .map((line) => [span(line, style)])

/** Width of the name of a fact. */
const NAME_COLUMNS = 15

/** `Owner          node 2`: a fact with its name; no line when its value is undefined. */
export const fact = (name: string, value: string | undefined, columns: number, style?: TextStyle): Line[] =>
  value === undefined ? [] : paragraph(value, columns, { first: `${name.padEnd(NAME_COLUMNS)} `, ...(style && { style }) })
