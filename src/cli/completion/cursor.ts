import { globalFlags, optionShapes } from '../options.ts'
import { commandIndex, cutCommandLine } from '../popt.ts'
import { NO_VALUES, usageWords, type Values, valuesOf } from './values.ts'

/** What completion has to know about an option. */
export interface FlagInfo {
  readonly type: string
  readonly char?: string | undefined
  readonly multiple?: boolean
  readonly helpValue?: string | readonly string[] | undefined
  readonly options?: readonly string[] | undefined
  readonly summary?: string | undefined
  readonly hidden?: boolean | undefined
}

/** What completion has to know about all commands. */
export interface CommandInfo {
  readonly id: string
  readonly summary?: string | undefined
  readonly hidden?: boolean | undefined
  /** Its class: loading those of all would take too long. */
  load(): Promise<CommandWords>
}

/** What completion has to know about the command of the line. */
interface CommandWords {
  readonly usage?: string | readonly string[] | undefined
  readonly baseFlags: Readonly<Record<string, FlagInfo>>
  readonly flags: Readonly<Record<string, FlagInfo>>
  readonly args: Readonly<Record<string, { readonly options?: readonly string[] | undefined }>>
}

/** The word of a command line at the cursor. */
export interface Cursor {
  /** What is valid there; `option`: the names of the command's options. */
  readonly expects: 'option' | Values
  /** The part of the word before that: `--format=`. */
  readonly lead: string
  /** The part of it that is typed already. */
  readonly typed: string
  /** The options of the command. */
  readonly flags: Readonly<Record<string, FlagInfo>>
  /** The options given, as they say which cluster and which node to ask. */
  readonly given: readonly string[]
}

/** A placeholder for the word at the cursor, so that the line can be cut as usual. A number, as some options take nothing else. */
const PLACEHOLDER = '2147483646'

/**
 * Finds out what is valid at the end of a command line.
 * @param words the words after the program's name; the last, which may be empty, is the one that is being typed.
 * @throws InvalidOptionError when a word before it is an invalid option.
 */
export async function cursorOf(words: readonly string[], commands: readonly CommandInfo[]): Promise<Cursor> {
  const before = words.slice(0, -1)
  const typed = words.at(-1) ?? ''
  const at = commandIndex([...before, PLACEHOLDER], optionShapes(globalFlags))
  const listed = commands.find(({ id }) => id === before[at])
  const command = await listed?.load()
  const flags: Cursor['flags'] = command ? { ...command.baseFlags, ...command.flags } : globalFlags
  const shapes = optionShapes(flags)
  const cut = cutCommandLine([...before, PLACEHOLDER], shapes)
  const waiting = cut.options.find((option) => option.endsWith(`=${PLACEHOLDER}`))
  const given = cut.options.filter((option) => option !== waiting)
  const place = { flags, given, lead: '', typed }
  if (waiting !== undefined) return { ...place, expects: flagValues(waiting.slice(2, -PLACEHOLDER.length - 1), flags) }
  if (typed.startsWith('-') && !before.includes('--')) {
    const [, lead = '', name = '', rest = ''] = /^(--([^=]+)=)(.*)$/.exec(typed) ?? []
    if (lead === '') return { ...place, expects: 'option' }
    return { ...place, expects: flagValues(name, flags), lead, typed: rest }
  }
  if (at === before.length) return { ...place, expects: { words: ['help'], kinds: ['command'] } }
  if (before[at] === 'help') return { ...place, expects: { words: [], kinds: ['command'] } }
  return { ...place, expects: listed && command ? wordValues(listed.id, command, cut.words.length - 2) : NO_VALUES }
}

function flagValues(name: string, flags: Cursor['flags']): Values {
  // Its help value only says that it is a number, as popt's does.
  if (name === 'node') return valuesOf('PNN')
  const { options, helpValue } = flags[name] ?? {}
  return options ? { words: options, kinds: [] } : valuesOf(String(helpValue ?? ''))
}

/** What a command accepts as its argument number `index`, from 0. */
function wordValues(id: string, { usage, args }: CommandWords, index: number): Values {
  const pattern = usage === undefined ? undefined : usageWords(String(usage))[index]
  // The usage texts of these commands call it a name, as those of `ctdb` do.
  if (pattern === '<name>' && id.endsWith('var')) return valuesOf('<tunable>')
  if (pattern !== undefined) return valuesOf(pattern)
  const [name, arg] = Object.entries(args)[index] ?? []
  if (!arg) return NO_VALUES
  return arg.options ? { words: arg.options, kinds: [] } : valuesOf(`<${name}>`)
}
