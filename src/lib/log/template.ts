/** What can stand in a message: a number, flags in hexadecimal, a word without blanks, or any text. */
const FIELDS = {
  pnn: 'number',
  own: 'number',
  bits: 'number',
  before: 'number',
  after: 'number',
  count: 'number',
  theirs: 'number',
  ours: 'number',
  seconds: 'number',
  status: 'number',
  held: 'number',
  references: 'number',
  oldFlags: 'hex',
  newFlags: 'hex',
  ip: 'word',
  iface: 'word',
  from: 'word',
  to: 'word',
  control: 'word',
  script: 'script',
  event: 'word',
  address: 'word',
  other: 'word',
  state: 'word',
  mode: 'word',
  path: 'text',
  what: 'text',
  argv: 'text',
  reason: 'text',
  text: 'text',
} as const

/** The name of a field in messages. */
export type FieldName = keyof typeof FIELDS
/** What a field holds. */
export type FieldValue<F extends FieldName> = (typeof FIELDS)[F] extends 'number' | 'hex' ? number : string
/** The values that a message was read with. */
type Values = Partial<Record<FieldName, string | number>>

/** A part of a template: text that is always the same, or a field. */
type Part = { readonly literal: string } | { readonly field: FieldName }

/** Reads what a message says where its template has fields; undefined if it is another message. */
export type TemplateReader = (text: string) => Values | undefined

/** The parts of each template that was written: an embedded cluster writes millions of lines. */
const knownParts = new Map<string, readonly Part[]>()

function partsOf(template: string): readonly Part[] {
  const known = knownParts.get(template)
  if (known) return known
  const texts = template.split(/(\{\w+\})/).filter((part) => part !== '')
  const parts = texts.map((part) => (/^\{\w+\}$/.test(part) ? { field: part.slice(1, -1) as FieldName } : { literal: part }))
  knownParts.set(template, parts)
  return parts
}

/** The text of a message with these values. */
export function writeTemplate(template: string, value: (field: FieldName) => unknown): string {
  return partsOf(template)
    .map((part) => ('literal' in part ? part.literal : writtenField(part.field, value(part.field))))
    .join('')
}

const writtenField = (field: FieldName, value: unknown): string =>
  FIELDS[field] === 'hex' ? `0x${Number(value).toString(16)}` : String(value)

/** Where in CTDB's sources a line was written. The file differs with every version. */
const POSITION = /^(?:\.\.\/)*[\w/.-]+\.c:\d+ +/

/** A message without the position in CTDB's sources, and with single blanks: people paste lines from web pages and mails. */
export function plainMessage(text: string): string {
  const start = text.charCodeAt(0)
  const isPlaced = (start === 0x2e || start === 0x73) && POSITION.test(text)
  const plain = isPlaced ? text.replace(POSITION, '') : text
  const single = plain.includes('  ') ? plain.replace(/ {2,}/g, ' ') : plain
  return single.charCodeAt(0) === 0x20 ? single.trimStart() : single
}

/** The text with which all messages of a template begin; empty if it begins with a field. */
export function beginOf(template: string): string {
  const [first] = partsOf(plainMessage(template))
  return first && 'literal' in first ? first.literal : ''
}

const PATTERNS = { number: '-?[0-9]+', hex: '0x[0-9a-fA-F]+', word: '[^ ]+', script: '[0-9]{2}[.][^ :]+', text: '.*' } as const

const quoted = (literal: string): string => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** A template as an extended regular expression, as for `grep -E`. */
export const patternOf = (template: string): string =>
  partsOf(plainMessage(template))
    .map((part) => ('literal' in part ? quoted(part.literal) : PATTERNS[FIELDS[part.field]]))
    .join('')

/** Makes the reader of a template. It expects messages as {@link plainMessage} returns them. */
export function templateReader(template: string): TemplateReader {
  const parts = partsOf(plainMessage(template))
  const fields = parts.flatMap((part) => ('field' in part ? [part.field] : []))
  if (fields.length === 0) {
    const whole = parts.map((part) => ('literal' in part ? part.literal : '')).join('')
    return (text) => (text === whole ? {} : undefined)
  }
  const sources = parts.map((part) => ('literal' in part ? quoted(part.literal) : `(${PATTERNS[FIELDS[part.field]]})`))
  const pattern = new RegExp(`^${sources.join('')}$`, 's')
  const numbers = fields.map((field) => FIELDS[field] === 'number' || FIELDS[field] === 'hex')
  return (text) => {
    const found = pattern.exec(text)
    if (!found) return undefined
    const values: Values = {}
    for (let index = 0; index < fields.length; index++) {
      const value = found[index + 1] ?? ''
      values[fields[index] as FieldName] = numbers[index] ? Number(value) : value
    }
    return values
  }
}
