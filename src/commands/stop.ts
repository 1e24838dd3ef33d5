import { NodeStateCommand } from '../cli/node-state-command.ts'
import { stopping } from '../transport/administer/state-changes.ts'

export default class Stop extends NodeStateCommand {
  static override summary = 'stop a node'
  static override usage = 'stop'
  static override description =
    `The node takes no part in the cluster, and hosts no addresses, until it is told to continue; its daemon runs on.
Waits until the node map shows it, and then for a takeover run, as ctdb does; -T ends the waiting.`
  static override examples = ['<%= config.bin %> stop', '<%= config.bin %> -n 2 stop']
  protected override readonly undo = 'continue'

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Stop)
    return await this.change(flags, stopping)
  }
}
