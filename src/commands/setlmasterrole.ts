import { RoleCommand, roleArgs } from '../cli/role-command.ts'
import { controls } from '../lib/wire/controls.ts'

export default class Setlmasterrole extends RoleCommand {
  static override readonly group = 'daemons'
  static override summary = 'Allow or forbid a node to be location master'
  static override usage = 'setlmasterrole on|off'
  static override description = 'Takes effect with the next recovery. Prints nothing. See getcapabilities.'
  static override examples = ['<%= config.bin %> setlmasterrole off', '<%= config.bin %> -v -n 1 setlmasterrole on']
  static override args = roleArgs
  protected override readonly role = 'lmaster'
  protected override readonly control = controls.setLmasterRole
}
