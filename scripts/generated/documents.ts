import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command, Plugin } from '@oclif/core'
import { grouped } from '../../src/cli/command-groups.ts'
import { ERROR_CODES } from '../../src/lib/error-codes.ts'
import { layoutText } from '../../src/lib/wire/codec.ts'
import { controls } from '../../src/lib/wire/controls.ts'
import { messages } from '../../src/lib/wire/messages.ts'
import { ARGUMENT_KINDS } from '../../src/sim/world/command-arguments.ts'
import { SIM_COMMANDS, usageOf } from '../../src/sim/world/commands.ts'
import { checksMarkdown } from '../../src/ui/audit/checks.ts'
import { knownBugsMarkdown } from '../../src/ui/audit/known-bugs.ts'
import { initialModel } from '../../src/ui/watch/model/initial-model.ts'
import { keyHelp } from '../../src/ui/watch/update/key-help.ts'
import { ENVIRONMENT, EXIT_STATUSES, FILES } from '../man/reference.ts'
import { loadedPlugin } from './plugin.ts'

const root = join(import.meta.dirname, '../..')

const commandsOf = ({ manifest }: Plugin): Command.Cached[] =>
  Object.values(manifest.commands).toSorted((a, b) => (a.id < b.id ? -1 : 1))

/** What `src/main/all-commands.ts` says of the commands without loading them. */
function commandModule(plugin: Plugin): string {
  const entries = commandsOf(plugin).map((command) => {
    const { id, summary, hidden } = command
    const group = 'group' in command ? { group: command.group } : {}
    return `  ${JSON.stringify({ id, summary, ...group, ...(hidden && { hidden }) })},\n`
  })
  return `// Made from the files in src/commands by \`npm run generated\`; do not edit.
// biome-ignore format: a line for each

/** All commands, in the order of their names. */
export const COMMAND_LIST = [
${entries.join('')}] as const
`
}

function commandList(plugin: Plugin): string {
  const commands = commandsOf(plugin)
  const rows = grouped(commands).flatMap(([title, members]) => [
    `| **${title}** | |`,
    ...members.map((command) => `| \`ctdbts ${usage(command)}\` | ${command.summary} |`),
  ])
  return ['| command | what it does |', '| --- | --- |', ...rows].join('\n')
}

/** Commands that ctdb has too say it themselves; of the others oclif knows the arguments. */
const usage = ({ id, usage: own, args }: Command.Cached): string =>
  own === undefined ? [id, ...Object.values(args).map(argumentText)].join(' ') : String(own).replaceAll('|', '\\|')

const argumentText = ({ name, required, options }: { name: string; required?: boolean; options?: readonly string[] }): string => {
  const text = options?.join('\\|') ?? name.toUpperCase()
  return required ? text : `[${text}]`
}

function simCommands(): string {
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const commands = SIM_COMMANDS.map((command) => `| \`${cell(usageOf(command))}\` | ${cell(command.summary)} |`)
  const kinds = Object.entries(ARGUMENT_KINDS).map(([kind, meaning]) => `| \`${cell(kind)}\` | ${cell(meaning)} |`)
  return ['| command | what it does |', '| --- | --- |', ...commands, '', '| argument | |', '| --- | --- |', ...kinds].join('\n')
}

/** All keys, those of an embedded cluster among them. */
function watchKeys(): string {
  const size = { columns: 80, rows: 24 }
  const model = initialModel({ title: '', isSimulated: true, intervalMs: 2_000, size, nowMs: 0 })
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const group = ({ title, lines }: ReturnType<typeof keyHelp>[number]): string[] => [
    `| **${title}** | |`,
    ...lines.map(({ keys, does }) => `| \`${cell(keys)}\` | ${cell(does)} |`),
  ]
  return ['| key | what it does |', '| --- | --- |', ...keyHelp(model).flatMap(group)].join('\n')
}

function exitStatuses(): string {
  return [
    '| status | meaning |',
    '| --- | --- |',
    ...EXIT_STATUSES.map(([status, meaning]) => `| ${status} | ${meaning} |`),
  ].join('\n')
}

function configuration(): string {
  const rows = (table: Readonly<Record<string, string>>) =>
    Object.entries(table).map(([names, meaning]) => `| ${names.replaceAll(/[^, ]+/g, '`$&`')} | ${meaning} |`)
  const file = 'docs/reference/configuration.md'
  const withFiles = part(file, 'files', ['| file or folder | |', '| --- | --- |', ...rows(FILES)].join('\n'))
  return between(withFiles, 'environment', ['| variable | |', '| --- | --- |', ...rows(ENVIRONMENT)].join('\n'))
}

const part = (file: string, name: string, content: string) => between(readFileSync(join(root, file), 'utf8'), name, content)

function between(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`]
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from === -1 || to === -1) throw new Error(`there is no place for ${name}`)
  return `${text.slice(0, from + start.length)}\n${content}\n${text.slice(to)}`
}

function wireProtocol(): string {
  const controlRows = Object.values(controls).map((control) => {
    const answer = 'reply' in control ? layoutText(control.reply) : 'in the status'
    return `| ${control.opcode} | ${control.name} | ${layoutText(control.request)} | ${answer} |`
  })
  const messageRows = Object.values(messages).map(
    ({ srvid, name, data }) => `| 0x${srvid.toString(16).toUpperCase()} | ${name} | ${layoutText(data)} |`,
  )
  return `# CTDB's wire protocol, as \`ctdbts\` declares it

Made from the declarations in \`src/lib/wire\` by \`npm run generated\`; do not edit. Integers are little-endian; structs have C's
alignment and padding; a sockaddr has 28 bytes.

## Controls

| # | name | request | reply |
| --- | --- | --- | --- |
${controlRows.join('\n')}

## Messages

| srvid | name | data |
| --- | --- | --- |
${messageRows.join('\n')}
`
}

function errorCodes(): string {
  const rows = Object.entries(ERROR_CODES)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, meaning]) => `| \`${code}\` | ${meaning.replaceAll('|', '\\|')} |`)
  return `# Error codes

A program that runs \`ctdbts … --json\` or uses the library can branch on the code of an error: codes are never renamed or removed.
Made from \`src/lib/error-codes.ts\` by \`npm run generated\`; do not edit.

| code | when it is reported |
| --- | --- |
${rows.join('\n')}
`
}

/** What is made from the sources for readers and for oclif: the contents of each file. */
export async function documents(): Promise<Record<string, string>> {
  const plugin = await loadedPlugin()
  return {
    'oclif.manifest.json': `${JSON.stringify(plugin.manifest, null, 2)}\n`,
    'src/main/command-list.ts': commandModule(plugin),
    'docs/reference/commands.md': part('docs/reference/commands.md', 'commands', commandList(plugin)),
    'docs/reference/configuration.md': configuration(),
    'docs/reference/exit-statuses.md': part('docs/reference/exit-statuses.md', 'exit statuses', exitStatuses()),
    'docs/simulation.md': part('docs/simulation.md', 'sim commands', simCommands()),
    'docs/watch.md': part('docs/watch.md', 'keys', watchKeys()),
    'docs/wire-protocol.md': wireProtocol(),
    'docs/checks.md': checksMarkdown(),
    'docs/known-bugs.md': knownBugsMarkdown(),
    'docs/error-codes.md': errorCodes(),
  }
}
