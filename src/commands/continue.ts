import { NodeStateCommand } from '../cli/node-state-command.ts'
import { continuing } from '../transport/administer/state-changes.ts'

export default class Continue extends NodeStateCommand {
  static override summary = 'continue a stopped node'
  static override usage = 'continue'
  static override description = `The node takes part in the cluster again.
Waits until the node map shows it, and then for a takeover run, as ctdb does; -T ends the waiting.`
  static override examples = ['<%= config.bin %> continue', '<%= config.bin %> -n 2 continue']
  protected override readonly undo = 'stop'

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Continue)
    return await this.change(flags, continuing)
  }
}
