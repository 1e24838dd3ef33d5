import { NodeStateCommand } from '../cli/node-state-command.ts'
import { CONTINUE } from '../operations/administer/state-changes.ts'

export default class Continue extends NodeStateCommand {
  static override readonly group = 'nodes'
  static override summary = 'Continue a stopped node'
  static override usage = 'continue'
  static override description = `The node rejoins the cluster.
Waits until the node map shows the change and a takeover run is done, like ctdb; -T limits the wait.`
  static override examples = ['<%= config.bin %> continue', '<%= config.bin %> -n 2 continue']
  protected override readonly undo = 'stop'
  protected override readonly stateChange = () => CONTINUE
}
