import * as Args from '@oclif/core/args'
import { HelperCommand } from '../cli/helper-command.ts'

export default class Natgw extends HelperCommand {
  static override summary = 'show natgw configuration'
  static override usage = 'natgw leader|list|status'
  static override description = `Asks the script ctdb_natgw of the ctdb package; with --host the one on that host.
It calls ctdb back, which is this program, unless the variable CTDB names another.`
  static override examples = ['<%= config.bin %> natgw leader', '<%= config.bin %> natgw status']
  static override args = { question: Args.string({ required: true, description: 'leader, list or status' }) }

  async run(): Promise<unknown> {
    const { flags, args } = await this.parse(Natgw)
    return await this.askHelper(
      flags,
      { title: 'NAT gateway helper', name: 'ctdb_natgw', variable: 'CTDB_NATGW_HELPER' },
      args.question,
    )
  }
}
