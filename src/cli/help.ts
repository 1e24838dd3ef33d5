import { Help } from '@oclif/core/help'
import { COMMAND_GROUPS } from '../commands/groups.ts'

/** oclif's help, but with the commands in groups: there are too many for one list. */
export default class GroupedHelp extends Help {
  protected override formatCommands(commands: Parameters<Help['formatCommands']>[0]): string {
    const groups = Object.entries(COMMAND_GROUPS).map(([title, ids]) => {
      const members = ids.flatMap((id) => commands.find((command) => command.id === id) ?? [])
      const list = this.renderList(
        members.map((command) => [command.id, this.summary(command)]),
        { indentation: 2, spacer: '\n' },
      )
      return this.section(title, list)
    })
    return groups.join('\n\n')
  }
}
