import { HelperCommand, helperArgs, helperDescription } from '../cli/helper-command.ts'

export default class Lvs extends HelperCommand {
  static override readonly group = 'services'
  static override summary = 'Show the LVS configuration'
  static override usage = 'lvs leader|list|status'
  static override description = helperDescription('ctdb_lvs')
  static override examples = ['<%= config.bin %> lvs leader', '<%= config.bin %> lvs status']
  static override args = helperArgs
  protected override readonly helper = { title: 'LVS helper', name: 'ctdb_lvs', variable: 'CTDB_LVS_HELPER' }
}
