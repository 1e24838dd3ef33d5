import { NodeStateCommand } from '../cli/node-state-command.ts'
import { UNBAN } from '../operations/administer/state-changes.ts'

export default class Unban extends NodeStateCommand {
  static override readonly group = 'nodes'
  static override summary = 'Unban a node'
  static override usage = 'unban'
  static override description = `The node rejoins the cluster before its ban is over.
Waits until the node map shows the change and a takeover run is done, like ctdb; -T limits the wait.`
  static override examples = ['<%= config.bin %> unban', '<%= config.bin %> -n 2 unban']
  protected override readonly undo = 'ban SECONDS'
  protected override readonly stateChange = () => UNBAN
}
