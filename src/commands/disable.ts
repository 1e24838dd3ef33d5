import { NodeStateCommand } from '../cli/node-state-command.ts'
import { DISABLE } from '../operations/administer/state-changes.ts'

export default class Disable extends NodeStateCommand {
  static override readonly group = 'nodes'
  static override summary = 'Disable a node'
  static override usage = 'disable'
  static override description =
    `The node releases its addresses and hosts none until it is enabled again; it still serves databases.
Waits until the node map shows the change and a takeover run is done, like ctdb; -T limits the wait.`
  static override examples = ['<%= config.bin %> disable', '<%= config.bin %> -n 2 disable']
  protected override readonly undo = 'enable'
  protected override readonly stateChange = () => DISABLE
}
