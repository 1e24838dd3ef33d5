import { CtdbtsError } from '../lib/errors.ts'

// `ctdb` reads its options with the popt library. Its grammar is part of what scripts rely on: options before and after the command,
// bundled (-Xvn1), with or without `=`, given twice (the last counts), and an error text of its own.

/** What has to be known of an option to cut a command line into words. */
export interface OptionShape {
  readonly long: string
  readonly char?: string
  readonly takesValue: boolean
  /** Every time it is given counts; of the others only the last, as with popt. */
  readonly repeatable?: boolean
}

/** A command line that cannot be read, in popt's words. `word` is the option, or the value, at fault. */
class InvalidOptionError extends CtdbtsError {
  constructor(word: string, reason: string) {
    super('INVALID_OPTION', `Invalid option ${word}: ${reason}`, {
      hint: 'see `ctdbts --help`',
      ctdbText: { stderr: [`Invalid option ${word}: ${reason}`] },
    })
  }
}

/** A command line cut into words: options as `--long` or `--long=value`, and what is no option. */
export interface CommandLine {
  readonly options: readonly string[]
  readonly words: readonly string[]
}

/**
 * Cuts a command line as popt does.
 * @throws InvalidOptionError for the first word that popt would not take.
 */
export function cutCommandLine(argv: readonly string[], shapes: readonly OptionShape[]): CommandLine {
  const given: { shape: OptionShape; value: string | undefined }[] = []
  const words: string[] = []
  const rest = [...argv]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      words.push(...rest)
      break
    }
    if (!isOption(word)) {
      words.push(word)
      continue
    }
    const { shape, name, value = shape.takesValue ? rest.shift() : undefined, more } = cutOption(word, shapes)
    if (more !== undefined) rest.unshift(more)
    if (shape.takesValue && value === undefined) throw new InvalidOptionError(name, 'missing argument')
    given.push({ shape, value })
  }
  const counting = given.filter(
    ({ shape }, index) => shape.repeatable || !given.slice(index + 1).some((later) => later.shape === shape),
  )
  return {
    options: counting.map(({ shape: { long }, value }) => (value === undefined ? `--${long}` : `--${long}=${value}`)),
    words,
  }
}

/**
 * Where the first word stands that is no option and no option's value: the command. -1 when there is none.
 * @throws InvalidOptionError for an option in front of it that popt would not take.
 */
export function commandIndex(argv: readonly string[], shapes: readonly OptionShape[]): number {
  for (let index = 0; index < argv.length; index++) {
    let word: string | undefined = argv[index] ?? ''
    if (word === '--') return index + 1 < argv.length ? index + 1 : -1
    if (!isOption(word)) return index
    while (word !== undefined) {
      const { shape, value, more } = cutOption(word, shapes)
      if (shape.takesValue && value === undefined) index++
      word = more
    }
  }
  return -1
}

const isOption = (word: string): boolean => word.startsWith('-') && word !== '-'

interface Cut {
  readonly shape: OptionShape
  /** The option as it was written. */
  readonly name: string
  /** Its value, where it stood in the same word. */
  readonly value?: string
  /** Further options that were bundled with it. */
  readonly more?: string
}

function cutOption(word: string, shapes: readonly OptionShape[]): Cut {
  const cut = word.startsWith('--') ? cutLong(word, shapes) : cutShort(word, shapes)
  if (!cut) throw new InvalidOptionError(word, 'unknown option')
  return cut
}

function cutLong(word: string, shapes: readonly OptionShape[]): Cut | undefined {
  const equals = word.indexOf('=')
  const name = equals === -1 ? word : word.slice(0, equals)
  const shape = shapes.find(({ long }) => `--${long}` === name)
  if (!shape || (equals !== -1 && !shape.takesValue)) return undefined
  return { shape, name, ...(equals === -1 ? {} : { value: word.slice(equals + 1) }) }
}

function cutShort(word: string, shapes: readonly OptionShape[]): Cut | undefined {
  const shape = shapes.find(({ char }) => char === word[1])
  if (!shape) return undefined
  const name = word.slice(0, 2)
  const behind = word.slice(2)
  if (behind === '') return { shape, name }
  if (!shape.takesValue) return { shape, name, more: `-${behind}` }
  return { shape, name, value: behind.startsWith('=') ? behind.slice(1) : behind }
}

const INT_MAX = 0x7fff_ffff

/**
 * An integer as popt reads it: decimal, 0x… or 0…; the empty text is 0.
 * @throws InvalidOptionError when it is no number, or does not fit into 32 bits.
 */
export function poptInteger(text: string): number {
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|\d*)$/.exec(text)
  const digits = match?.[2] ?? ''
  const octal = /^0[0-7]+$/.test(digits)
  if (!match || (/^0\d/.test(digits) && !octal)) throw new InvalidOptionError(text, 'invalid numeric value')
  const magnitude = octal ? Number.parseInt(digits, 8) : Number(digits)
  const value = match[1] === '-' ? -magnitude : magnitude
  if (value > INT_MAX || value < -INT_MAX - 1) throw new InvalidOptionError(text, 'number too large or too small')
  return value
}
