import { HelperCommand, helperArgs, helperDescription } from '../cli/helper-command.ts'

export default class Natgw extends HelperCommand {
  static override readonly group = 'services'
  static override summary = 'Show the NAT gateway configuration'
  static override usage = 'natgw leader|list|status'
  static override description = helperDescription('ctdb_natgw')
  static override examples = ['<%= config.bin %> natgw leader', '<%= config.bin %> natgw status']
  static override args = helperArgs
  protected override readonly helper = { title: 'NAT gateway helper', name: 'ctdb_natgw', variable: 'CTDB_NATGW_HELPER' }
}
