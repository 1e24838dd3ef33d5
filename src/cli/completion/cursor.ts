import { globalFlags, optionShapes } from '../options.ts'
import { commandIndex, cutCommandLine } from '../popt.ts'
import { NO_VALUES, usageWords, type Values, valuesOf } from './values.ts'

/** What has to be known of an option. */
export interface FlagInfo {
  readonly type: string
  readonly char?: string | undefined
  readonly multiple?: boolean
  readonly helpValue?: string | readonly string[] | undefined
  readonly options?: readonly string[] | undefined
  readonly summary?: string | undefined
  readonly hidden?: boolean | undefined
}

/** What has to be known of a command; oclif's manifest has it. */
export interface CommandInfo {
  readonly id: string
  readonly summary?: string | undefined
  readonly hidden?: boolean | undefined
  readonly usage?: string | readonly string[] | undefined
  readonly flags: Readonly<Record<string, FlagInfo>>
  readonly args: Readonly<Record<string, { readonly name: string; readonly options?: readonly string[] | undefined }>>
}

/** The place in a command line where the cursor is. */
export interface Cursor {
  /** What can stand there; `option` names of the command. */
  readonly expects: 'option' | Values
  /** The part of the word in front of that: `--format=`. */
  readonly lead: string
  /** What of the word is typed already. */
  readonly typed: string
  /** The options of that command. */
  readonly flags: Readonly<Record<string, FlagInfo>>
  /** Options that were given, for they tell which cluster and which node is meant. */
  readonly given: readonly string[]
}

/** Stands where the cursor is, so that the line can be cut as always. A number, as some options take nothing else. */
const STAND_IN = '2147483646'

/**
 * Finds out what can stand at the end of a command line.
 * @param words those behind the program's name; the last, which may be empty, is the one that is being typed.
 * @throws InvalidOptionError when an option in front of it is none.
 */
export function cursorOf(words: readonly string[], commands: readonly CommandInfo[]): Cursor {
  const before = words.slice(0, -1)
  const typed = words.at(-1) ?? ''
  const at = commandIndex([...before, STAND_IN], optionShapes(globalFlags))
  const command = commands.find(({ id }) => id === before[at])
  const flags: Cursor['flags'] = command?.flags ?? globalFlags
  const shapes = optionShapes(flags)
  const cut = cutCommandLine([...before, STAND_IN], shapes)
  const waiting = cut.options.find((option) => option.endsWith(`=${STAND_IN}`))
  const given = cut.options.filter((option) => option !== waiting)
  const place = { flags, given, lead: '', typed }
  if (waiting !== undefined) return { ...place, expects: flagValues(waiting.slice(2, -STAND_IN.length - 1), flags) }
  if (typed.startsWith('-') && !before.includes('--')) {
    const [, lead = '', name = '', rest = ''] = /^(--([^=]+)=)(.*)$/.exec(typed) ?? []
    if (lead === '') return { ...place, expects: 'option' }
    return { ...place, expects: flagValues(name, flags), lead, typed: rest }
  }
  if (at === before.length) return { ...place, expects: { words: ['help'], kinds: ['command'] } }
  if (before[at] === 'help') return { ...place, expects: { words: [], kinds: ['command'] } }
  return { ...place, expects: command ? wordValues(command, cut.words.length - 2) : NO_VALUES }
}

function flagValues(name: string, flags: Cursor['flags']): Values {
  // popt's way to say that it is a number; what it counts is in its name.
  if (name === 'node') return valuesOf('PNN')
  const { options, helpValue } = flags[name] ?? {}
  return options ? { words: options, kinds: [] } : valuesOf(String(helpValue ?? ''))
}

/** What a command takes as its word number `index`, from 0. */
function wordValues({ id, usage, args }: CommandInfo, index: number): Values {
  const pattern = usage === undefined ? undefined : usageWords(String(usage))[index]
  // Of the real tool's usage texts these call it a name.
  if (pattern === '<name>' && id.endsWith('var')) return valuesOf('<tunable>')
  if (pattern !== undefined) return valuesOf(pattern)
  const arg = Object.values(args)[index]
  if (!arg) return NO_VALUES
  return arg.options ? { words: arg.options, kinds: [] } : valuesOf(`<${arg.name}>`)
}
