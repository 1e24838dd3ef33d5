import { CommandHelp, Help } from '@oclif/core/help'
import type { Config } from '@oclif/core/interfaces'
import packageJson from '../../package.json' with { type: 'json' }
import { grouped } from '../cli/command-groups.ts'
import { allCommands } from './all-commands.ts'
import { CONFIGURATION, VERSION } from './configuration.ts'
import { type CommandName, loadCommand } from './find-command.ts'

type ShownCommand = ConstructorParameters<typeof CommandHelp>[0]

/** The templates that our texts have. oclif's way loads a whole template language for them. */
const rendered = (text: string): string => text.replaceAll('<%= config.bin %>', CONFIGURATION.bin)

class OwnCommandHelp extends CommandHelp {
  override render = (text: string): string => rendered(text).replaceAll('<%= command.id %>', this.command.id)
}

/** oclif's help, but with the commands in groups: there are too many for one list. */
class GroupedHelp extends Help {
  protected override CommandHelpClass = OwnCommandHelp
  override render = rendered

  /** Shows the help of a command, or of all. */
  async show(command: Parameters<Help['showCommandHelp']>[0] | undefined): Promise<void> {
    await (command ? this.showCommandHelp(command) : this.showRootHelp())
  }

  override formatRoot(): string {
    const usage = this.section('USAGE', `$ ${CONFIGURATION.bin} [COMMAND]`)
    return [this.wrap(packageJson.description), this.section('VERSION', VERSION), usage].join('\n\n')
  }

  protected override formatCommands(commands: Parameters<Help['formatCommands']>[0]): string {
    const sections = grouped(commands).map(([title, members]) => {
      const list = this.renderList(
        members.map((command) => [command.id, this.summary(command)]),
        { indentation: 2, spacer: '\n' },
      )
      return this.section(title, list)
    })
    return sections.join('\n\n')
  }
}

/** Prints the help of a command, or of all. */
export async function showHelp(name: CommandName | undefined): Promise<void> {
  // What else oclif's configuration has is about plugins and topics, of which we have none.
  const config = {
    ...CONFIGURATION,
    commands: allCommands(),
    topics: [],
    plugins: new Map(),
    pjson: packageJson,
  } as unknown as Config
  await new GroupedHelp(config).show(name && (await shownCommand(name)))
}

async function shownCommand(id: CommandName): Promise<ShownCommand> {
  const command = await loadCommand(id)
  command.id = id
  const args = Object.entries(command.args).map(([name, arg]) => [name, { ...arg, name }])
  const { json } = command.baseFlags ?? {}
  return Object.assign(Object.create(command), {
    args: Object.fromEntries(args),
    flags: { ...(json && { json }), ...command.baseFlags, ...command.flags },
  })
}
