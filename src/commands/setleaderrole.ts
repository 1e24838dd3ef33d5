import { RoleCommand, roleArgs } from '../cli/role-command.ts'
import { controls } from '../lib/wire/controls.ts'

export default class Setleaderrole extends RoleCommand {
  static override readonly group = 'daemons'
  static override summary = 'Allow or forbid a node to lead the cluster'
  static override usage = 'setleaderrole on|off'
  static override description =
    'A leader that may no longer lead steps down, and another node is elected. Prints nothing. See getcapabilities.'
  static override examples = ['<%= config.bin %> setleaderrole off', '<%= config.bin %> -v -n 1 setleaderrole on']
  static override args = roleArgs
  protected override readonly role = 'leader'
  protected override readonly control = controls.setLeaderRole
}
