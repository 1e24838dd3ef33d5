import { CtdbtsError } from '../lib/errors.ts'

// `ctdb` reads its options with the popt library. Its grammar is part of what scripts rely on: options before and after the command,
// bundled (-Xvn1), with or without `=`, given twice (the last counts), and an error text of its own.

/** What the grammar has to know about an option. */
export interface OptionShape {
  readonly long: string
  readonly char?: string
  readonly takesValue: boolean
  /** Its value is an integer, in any notation of popt. */
  readonly integer?: boolean
  /** Every occurrence counts; of other options only the last, as in popt. */
  readonly repeatable?: boolean
}

/** The words before a `--`, after which nothing is an option. */
export const beforeEnd = (argv: readonly string[]): readonly string[] =>
  argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv

/** An invalid command line, in popt's words, which name the invalid word as it was written. */
class InvalidOptionError extends CtdbtsError {
  constructor(word: string, reason: string) {
    super('INVALID_OPTION', `Invalid option ${word}: ${reason}`, {
      hint: 'see `ctdbts --help`',
      ctdbText: { stderr: [`Invalid option ${word}: ${reason}`] },
    })
  }
}

/** A parsed command line: options as `--long` or `--long=value`, and the other words. */
export interface CommandLine {
  readonly options: readonly string[]
  readonly words: readonly string[]
}

/**
 * Splits a command line into options and words, as popt does.
 * @throws InvalidOptionError for the first word that popt rejects.
 */
export function cutCommandLine(argv: readonly string[], shapes: readonly OptionShape[]): CommandLine {
  const given: Given[] = []
  const words: string[] = []
  const rest = [...argv]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') return { options: effectiveOptions(given), words: [...words, ...rest] }
    if (isOption(word)) given.push(...cutWord(word, shapes).map((cut) => withValue(cut, word, rest)))
    else words.push(word)
  }
  return { options: effectiveOptions(given), words }
}

/** An option as given; without a value if it takes none. */
interface Given {
  readonly shape: OptionShape
  readonly value?: string
}

/** Adds the value of an option. If it is not in the same word, takes it from the words after it. */
function withValue({ shape, value: inline }: Cut, word: string, rest: string[]): Given {
  if (!shape.takesValue) return { shape }
  const value = inline ?? rest.shift()
  if (value === undefined) throw new InvalidOptionError(word, 'missing argument')
  // popt names the word that it read last: the value, if that is a word of its own.
  return { shape, value: shape.integer ? integerText(value, inline === undefined ? value : word) : value }
}

function effectiveOptions(given: readonly Given[]): string[] {
  const last = new Map(given.map((option) => [option.shape, option]))
  return given
    .filter((option) => option.shape.repeatable || last.get(option.shape) === option)
    .map(({ shape: { long }, value }) => (value === undefined ? `--${long}` : `--${long}=${value}`))
}

/**
 * The index of the command: the first word that is neither an option nor an option's value. -1 if there is none.
 * @throws InvalidOptionError for an option before it that popt rejects.
 */
export function commandIndex(argv: readonly string[], shapes: readonly OptionShape[]): number {
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ''
    if (word === '--') return index + 1 < argv.length ? index + 1 : -1
    if (!isOption(word)) return index
    const last = cutWord(word, shapes).at(-1)
    if (last?.shape.takesValue && last.value === undefined) index++
  }
  return -1
}

const isOption = (word: string): boolean => word.startsWith('-') && word !== '-'

/** An option in a word, with its value if that is in the same word. */
interface Cut {
  readonly shape: OptionShape
  readonly value?: string
}

/** The options in one word: a long one, or several short ones, of which only the last can have a value. */
function cutWord(word: string, shapes: readonly OptionShape[]): Cut[] {
  if (word.startsWith('--')) {
    const [name, value] = splitAt(word.slice(2), word.indexOf('=') - 2)
    return [
      checkedCut(
        word,
        shapes.find(({ long }) => long === name),
        value,
      ),
    ]
  }
  const cuts: Cut[] = []
  for (let at = 1; at < word.length; at++) {
    const shape = shapes.find(({ char }) => char === word[at])
    const behind = word.slice(at + 1)
    if (behind.startsWith('=')) return [...cuts, checkedCut(word, shape, behind.slice(1))]
    if (shape?.takesValue && behind !== '') return [...cuts, { shape, value: behind }]
    cuts.push(checkedCut(word, shape, undefined))
  }
  return cuts
}

/** Whoever knows --sim from one command tries it with others; ctdb has no such option. */
const noSim = (word: string): CtdbtsError =>
  new CtdbtsError('INVALID_OPTION', `Invalid option ${word}: only some commands take it`, {
    hint: 'for other commands, start `ctdbts sim`, and set CTDB_SOCKET as it says',
  })

function checkedCut(word: string, shape: OptionShape | undefined, value: string | undefined): Cut {
  if (!shape) throw word.startsWith('--sim') ? noSim(word) : new InvalidOptionError(word, 'unknown option')
  if (value === undefined) return { shape }
  if (!shape.takesValue) throw new InvalidOptionError(word, 'option does not take an argument')
  return { shape, value }
}

const splitAt = (text: string, at: number): [string, string | undefined] =>
  at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)]

const INT_MAX = 0x7fff_ffff

/**
 * An integer as popt reads it (decimal, 0x… or 0…; the empty text is 0), in decimal.
 * @param word the word that an error names.
 * @throws InvalidOptionError when it is not a number, or does not fit into 32 bits.
 */
function integerText(text: string, word: string): string {
  if (text === '') return '0'
  const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|\d+)$/.exec(text)
  const digits = match?.[2] ?? ''
  const octal = /^0[0-7]+$/.test(digits)
  if (!match || (/^0\d/.test(digits) && !octal)) throw new InvalidOptionError(word, 'invalid numeric value')
  const magnitude = octal ? Number.parseInt(digits, 8) : Number(digits)
  const value = match[1] === '-' ? 0 - magnitude : magnitude
  if (value > INT_MAX || value < -INT_MAX - 1) throw new InvalidOptionError(word, 'number too large or too small')
  return String(value)
}
