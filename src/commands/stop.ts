import { NodeStateCommand } from '../cli/node-state-command.ts'
import { STOP } from '../operations/administer/state-changes.ts'

export default class Stop extends NodeStateCommand {
  static override readonly group = 'nodes'
  static override summary = 'Stop a node'
  static override usage = 'stop'
  static override description = `The node leaves the cluster and hosts no addresses until "continue"; its daemon keeps running.
Waits until the node map shows the change and a takeover run is done, like ctdb; -T limits the wait.`
  static override examples = ['<%= config.bin %> stop', '<%= config.bin %> -n 2 stop']
  protected override readonly undo = 'continue'
  protected override readonly stateChange = () => STOP
}
