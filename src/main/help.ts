import { Help } from '@oclif/core/help'
import { grouped } from '../cli/command-groups.ts'

/** oclif's help, but with the commands in groups: there are too many for one list. */
export default class GroupedHelp extends Help {
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
