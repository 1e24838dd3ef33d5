import * as Args from '@oclif/core/args'
import { NodeStateCommand } from '../cli/node-state-command.ts'
import { unsignedNumber } from '../lib/c-number.ts'
import { banFor, type StateChange } from '../operations/administer/state-changes.ts'

export default class Ban extends NodeStateCommand {
  static override readonly group = 'nodes'
  static override summary = 'Ban a node'
  static override usage = 'ban <bantime>'
  static override description = `The node leaves the cluster and hosts no addresses for BANTIME seconds.
Waits until the node map shows the change and a takeover run is done, like ctdb; -T limits the wait.`
  static override examples = ['<%= config.bin %> ban 300', '<%= config.bin %> -n 2 ban 300']
  static override args = { bantime: Args.string({ required: true, description: 'how long, in seconds' }) }
  protected override readonly undo = 'unban'

  protected override stateChange({ bantime = '' }): StateChange {
    return banFor(() => Number(BigInt.asUintN(32, unsignedNumber(bantime, 'the ban time'))))
  }
}
