// Writes what follows from the sources: oclif.manifest.json, the command list of the README, that of docs/simulation.md,
// the keys in docs/watch.md, docs/wire-protocol.md, docs/checks.md.
// With --check nothing is written, and what is not fresh is an error: CI runs it so.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Command, Config, Plugin } from '@oclif/core'
import { COMMAND_GROUPS } from '../src/commands/groups.ts'
import { ARGUMENT_KINDS, SIM_COMMANDS, usageOf } from '../src/lib/sim/commands.ts'
import { layoutText } from '../src/transport/wire/codec.ts'
import { controls } from '../src/transport/wire/controls.ts'
import { messages } from '../src/transport/wire/messages.ts'
import { checksMarkdown } from '../src/ui/audit/checks.ts'
import { beginModel } from '../src/ui/watch/begin.ts'
import { keyHelp } from '../src/ui/watch/keys.ts'

const root = join(import.meta.dirname, '..')

/** The manifest lets oclif find a command without loading all of them. */
async function manifest(): Promise<string> {
  const plugin = new Plugin({ root, ignoreManifest: true, isRoot: true })
  await plugin.load()
  return `${JSON.stringify(plugin.manifest, null, 2)}\n`
}

async function commandList(): Promise<string> {
  const config = await Config.load({ root, ignoreManifest: true })
  const group = ([title, ids]: [string, readonly string[]]): string[] => {
    const members = ids.flatMap((id) => config.commands.find((command) => command.id === id) ?? [])
    return [`| **${title}** | |`, ...members.map((command) => `| \`ctdbts ${usage(command)}\` | ${command.summary} |`)]
  }
  return ['| command | what it does |', '| --- | --- |', ...Object.entries(COMMAND_GROUPS).flatMap(group)].join('\n')
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
  const model = beginModel({ title: '', isSimulated: true, intervalMs: 2_000, size, nowMs: 0 })
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const group = ({ title, lines }: ReturnType<typeof keyHelp>[number]): string[] => [
    `| **${title}** | |`,
    ...lines.map(({ keys, does }) => `| \`${cell(keys)}\` | ${cell(does)} |`),
  ]
  return ['| key | what it does |', '| --- | --- |', ...keyHelp(model).flatMap(group)].join('\n')
}

function between(text: string, name: string, content: string): string {
  const [start, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`]
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from === -1 || to === -1) throw new Error(`there is no place for ${name}`)
  return `${text.slice(0, from + start.length)}\n${content}\n${text.slice(to)}`
}

function wireProtocol(): string {
  const controlRows = Object.values(controls).map(({ opcode, name, request, reply }) => {
    const answer = reply === 'status' ? 'in the status' : layoutText(reply)
    return `| ${opcode} | ${name} | ${layoutText(request)} | ${answer} |`
  })
  const messageRows = Object.values(messages).map(
    ({ srvid, name, data }) => `| 0x${srvid.toString(16).toUpperCase()} | ${name} | ${layoutText(data)} |`,
  )
  return `# CTDB's wire protocol, as \`ctdbts\` declares it

Made from the declarations in \`src/transport/wire\` by \`npm run generated\`; do not edit. Integers are little-endian; structs have C's
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

const readme = readFileSync(join(root, 'README.md'), 'utf8')
const generated: Record<string, string> = {
  'oclif.manifest.json': await manifest(),
  'README.md': between(readme, 'commands', await commandList()),
  'docs/simulation.md': between(readFileSync(join(root, 'docs/simulation.md'), 'utf8'), 'sim commands', simCommands()),
  'docs/watch.md': between(readFileSync(join(root, 'docs/watch.md'), 'utf8'), 'keys', watchKeys()),
  'docs/wire-protocol.md': wireProtocol(),
  'docs/checks.md': checksMarkdown(),
}

for (const [name, content] of Object.entries(generated)) {
  const path = join(root, name)
  if (process.argv.includes('--check')) {
    if (readFileSync(path, 'utf8') === content) continue
    console.error(`${name} is not fresh: run \`npm run generated\` and commit it`)
    process.exitCode = 1
  } else {
    writeFileSync(path, content)
  }
}
