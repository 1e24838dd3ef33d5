import { NodeStateCommand } from '../cli/node-state-command.ts'
import { ENABLE } from '../operations/administer/state-changes.ts'

export default class Enable extends NodeStateCommand {
  static override readonly group = 'nodes'
  static override summary = 'Enable a node'
  static override usage = 'enable'
  static override description = `The node may host addresses again.
Waits until the node map shows the change and a takeover run is done, like ctdb; -T limits the wait.`
  static override examples = ['<%= config.bin %> enable', '<%= config.bin %> -n 2 enable']
  protected override readonly undo = 'disable'
  protected override readonly stateChange = () => ENABLE
}
