import { NodeStateCommand } from '../cli/node-state-command.ts'
import { enabling } from '../transport/administer/state-changes.ts'

export default class Enable extends NodeStateCommand {
  static override summary = 'enable a node'
  static override usage = 'enable'
  static override description = `The node may host addresses again.
Waits until the node map shows it, and then for a takeover run, as ctdb does; -T ends the waiting.`
  static override examples = ['<%= config.bin %> enable', '<%= config.bin %> -n 2 enable']
  protected override readonly undo = 'disable'

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Enable)
    return await this.change(flags, enabling)
  }
}
