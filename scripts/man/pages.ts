// The manual pages, from the same declarations as the help of the commands and the parts of docs that are made of them.
import type { Command } from '@oclif/core'
import { COMMAND_GROUPS, type CommandGroup } from '../../src/cli/command-groups.ts'
import { globalFlags } from '../../src/cli/options.ts'
import { ENVIRONMENT, EXIT_STATUSES, FILES } from './reference.ts'
import { escapeRoff, inline, literal, pageText, paragraphs, quoted, section, subsection, term } from './roff.ts'

/** What all pages say of the program. */
export interface Program {
  readonly name: string
  readonly version: string
  /** What it is; up to a colon in short. */
  readonly description: string
  /** The day of the pages: `2026-11-30`. */
  readonly date: string
}

type Flag = Command.Cached['flags'][string]

/** The pages by the names of their files: one for the program, and one for each group of commands. */
export function manualPages(program: Program, commands: readonly Command.Cached[]): Record<string, string> {
  const groups = Object.entries(COMMAND_GROUPS).map(([group, title]) => ({
    page: `${program.name}-${group as CommandGroup}`,
    title,
    members: commands.filter((command) => command.group === group).toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  }))
  const pages = groups.map((group) => [`${group.page}.1`, groupPage(program, group)] as const)
  return { [`${program.name}.1`]: programPage(program, groups), ...Object.fromEntries(pages) }
}

interface Group {
  readonly page: string
  readonly title: string
  readonly members: readonly Command.Cached[]
}

function programPage(program: Program, groups: readonly Group[]): string {
  const { name, description } = program
  const listed = groups.flatMap(({ page, title, members }) => [
    subsection(title),
    inline('Described in') + reference(page),
    ...members.flatMap((command) => term(usage(command), `${command.summary ?? ''}.`)),
  ])
  const options = Object.entries(Object.groupBy(Object.values(globalOptions(groups)), ({ helpGroup = '' }) => helpGroup))
  const examples = groups[0]?.members.slice(-2) ?? []
  return page(program, name, description.split(':')[0] ?? '', [
    ...section('Synopsis', synopsis([`${name} COMMAND [OPTION]... [ARGUMENT]...`, `${name} help COMMAND`, `${name} --version`])),
    ...section('Description', ['.PP', inline(`${description}.`)]),
    ...section('Commands', listed),
    ...section('Options', [
      '.PP',
      inline('Options may be before or after the command. Most commands take these; `help COMMAND` lists those of one.'),
      ...options.flatMap(([group, flags = []]) => [subsection(`${group} options`), ...flags.flatMap(option)]),
    ]),
    ...section(
      'Exit status',
      EXIT_STATUSES.flatMap(([status, meaning]) => term(status, meaning)),
    ),
    ...section(
      'Environment',
      Object.entries(ENVIRONMENT).flatMap(([variable, does]) => term(variable, does)),
    ),
    ...section(
      'Files',
      Object.entries(FILES).flatMap(([path, has]) => term(path, has)),
    ),
    ...section(
      'Examples',
      examples.flatMap((command) => exampleLines(program, command)),
    ),
    ...seeAlso([...groups.map((group) => group.page), 'ctdb', 'ctdbd', 'ssh']),
  ])
}

const exampleLines = ({ name }: Program, command: Command.Cached): string[] => [
  '.PP',
  inline(`${command.summary ?? ''}:`),
  ...literal(examplesOf(name, command)),
]

function groupPage(program: Program, { page: name, title, members }: Group): string {
  return page(program, name, `${title}: commands of ${program.name}`, [
    ...section('Synopsis', synopsis(members.map((command) => `${program.name} ${usage(command)} [OPTION]...`))),
    ...section('Description', [
      '.PP',
      `${inline('The options that most commands take, environment variables, files and exit statuses are described in')}${reference(program.name)}`,
    ]),
    ...section(
      'Commands',
      members.flatMap((command) => commandLines(program, command)),
    ),
    ...section('Exit status', [
      '.PP',
      `${inline('0 for success, 1 for failure, unless a command says otherwise above; others are listed in')}${reference(program.name)}`,
    ]),
    ...seeAlso([program.name, 'ctdb']),
  ])
}

function commandLines({ name }: Program, command: Command.Cached): string[] {
  const own = Object.values(command.flags).filter((flag) => !flag.hidden && !isGlobal(flag))
  const examples = examplesOf(name, command)
  return [
    subsection(usage(command)),
    '.PP',
    inline(`${command.summary ?? ''}.`),
    ...paragraphs(named(name, command.description ?? ''), command.id),
    ...Object.values(command.args).flatMap((arg) =>
      arg.description === undefined ? [] : term(arg.name.toUpperCase(), sentence(arg.description)),
    ),
    ...own.flatMap(option),
    ...(examples.length > 0 ? ['.PP', examples.length > 1 ? 'Examples:' : 'Example:', ...literal(examples)] : []),
  ]
}

function page({ name: program, version, date }: Program, name: string, what: string, body: readonly string[]): string {
  return pageText([
    '.\\" Made from the sources by scripts/build.ts; do not edit.',
    `.TH ${quoted(name.toUpperCase())} 1 "${date}" ${quoted(`${program} ${version}`)} ${quoted(`Manual of ${program}`)}`,
    // No lines of equal length: they have gaps in a narrow terminal.
    '.ad l',
    '.SH NAME',
    `${escapeRoff(name)} \\- ${inline(what)}`,
    ...body,
  ])
}

const synopsis = (lines: readonly string[]): string[] =>
  lines.flatMap((line, index) => (index === 0 ? [`.B ${quoted(line)}`] : ['.br', `.B ${quoted(line)}`]))

const seeAlso = (names: readonly string[]): string[] =>
  section(
    'See also',
    names.map((name, index) => `.BR ${escapeRoff(name)} (1)${index === names.length - 1 ? '' : ' ,'}`),
  )

const reference = (name: string): string => `\n.BR ${escapeRoff(name)} (1).`

/** Commands that ctdb has too say their usage themselves; of the others oclif knows the arguments. */
const usage = ({ id, usage: own, args }: Command.Cached): string =>
  own === undefined ? [id, ...Object.values(args).map(argument)].join(' ') : String(own)

const argument = ({ name, required, options }: Command.Arg.Cached): string => {
  const text = options?.join('|') ?? name.toUpperCase()
  return required ? text : `[${text}]`
}

function option(flag: Flag): string[] {
  const { char, name, summary = '' } = flag
  const long = flag.type === 'boolean' ? (flag.allowNo ? `--[no-]${name}` : `--${name}`) : `--${name} ${valueName(flag)}`
  return term(char === undefined ? long : `-${char}, ${long}`, sentence(summary + defaultOf(flag)))
}

const valueName = ({ name, ...flag }: Flag): string =>
  ('helpValue' in flag && flag.helpValue ? [flag.helpValue].flat().join(' ') : name.toUpperCase()) +
  ('multiple' in flag && flag.multiple ? ' ...' : '')

/** As in the help. */
const defaultOf = (flag: Flag): string =>
  flag.type === 'option' && flag.default !== undefined && flag.default !== null ? ` [default: ${String(flag.default)}]` : ''

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`).replace(/^./, (first) => first.toUpperCase())

const isGlobal = ({ name }: Flag): boolean => Object.hasOwn(globalFlags, name)

/** The options of most commands. */
function globalOptions(groups: readonly Group[]): Record<string, Flag> {
  const flags = Object.assign({}, ...groups.flatMap(({ members }) => members.map((command) => command.flags))) as Record<
    string,
    Flag
  >
  return Object.fromEntries(
    Object.keys(globalFlags).flatMap((name) => (flags[name] && !flags[name].hidden ? [[name, flags[name]]] : [])),
  )
}

const examplesOf = (program: string, { examples = [] }: Command.Cached): string[] =>
  examples.map((example) => named(program, typeof example === 'string' ? example : example.command))

/** In place of oclif's templates. */
const named = (program: string, text: string): string => text.replaceAll(/<%= *config\.bin *%>/g, program)
