import * as Args from '@oclif/core/args'
import { HelperCommand } from '../cli/helper-command.ts'

export default class Lvs extends HelperCommand {
  static override summary = 'show lvs configuration'
  static override usage = 'lvs leader|list|status'
  static override description = `Asks the script ctdb_lvs of the ctdb package; with --host the one on that host.
It calls ctdb back, which is this program, unless the variable CTDB names another.`
  static override examples = ['<%= config.bin %> lvs leader', '<%= config.bin %> lvs status']
  static override args = { question: Args.string({ required: true, description: 'leader, list or status' }) }

  async run(): Promise<unknown> {
    const { flags, args } = await this.parse(Lvs)
    return await this.askHelper(flags, { title: 'LVS helper', name: 'ctdb_lvs', variable: 'CTDB_LVS_HELPER' }, args.question)
  }
}
