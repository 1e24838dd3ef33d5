import * as Args from '@oclif/core/args'
import { NodeStateCommand } from '../cli/node-state-command.ts'
import { leadingUnsigned } from '../lib/c-number.ts'
import { banning } from '../transport/administer/state-changes.ts'

export default class Ban extends NodeStateCommand {
  static override summary = 'ban a node'
  static override usage = 'ban <bantime>'
  static override description = `For so many seconds the node takes no part in the cluster and hosts no addresses.
Waits until the node map shows it, and then for a takeover run, as ctdb does; -T ends the waiting.`
  static override examples = ['<%= config.bin %> ban 300', '<%= config.bin %> -n 2 ban 300']
  static override args = { bantime: Args.string({ required: true, description: 'for how many seconds' }) }
  protected override readonly undo = 'unban'

  async run(): Promise<unknown> {
    const { flags, args } = await this.parse(Ban)
    return await this.change(flags, banning(leadingUnsigned(args.bantime)))
  }
}
