import { NodeStateCommand } from '../cli/node-state-command.ts'
import { disabling } from '../transport/administer/state-changes.ts'

export default class Disable extends NodeStateCommand {
  static override summary = 'disable a node'
  static override usage = 'disable'
  static override description =
    `The node gives up its addresses and hosts none until it is enabled again; it goes on serving databases.
Waits until the node map shows it, and then for a takeover run, as ctdb does; -T ends the waiting.`
  static override examples = ['<%= config.bin %> disable', '<%= config.bin %> -n 2 disable']
  protected override readonly undo = 'enable'

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Disable)
    return await this.change(flags, disabling)
  }
}
