import { NodeStateCommand } from '../cli/node-state-command.ts'
import { unbanning } from '../transport/administer/state-changes.ts'

export default class Unban extends NodeStateCommand {
  static override summary = 'unban a node'
  static override usage = 'unban'
  static override description = `The node takes part in the cluster again before its time is over.
Waits until the node map shows it, and then for a takeover run, as ctdb does; -T ends the waiting.`
  static override examples = ['<%= config.bin %> unban', '<%= config.bin %> -n 2 unban']
  protected override readonly undo = 'ban SECONDS'

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Unban)
    return await this.change(flags, unbanning)
  }
}
