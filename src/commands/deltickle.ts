import { connectionArgs, TickleCommand } from '../cli/tickle-command.ts'
import { controls } from '../lib/wire/controls.ts'

export default class Deltickle extends TickleCommand {
  static override readonly group = 'services'
  static override summary = 'Remove a TCP connection from those to tickle'
  static override usage = 'deltickle <ip>:<port> <ip>:<port>'
  static override description = `A connection that the node does not know is not an error.
Without arguments, reads connections from standard input, one per line.`
  static override examples = [
    '<%= config.bin %> deltickle 10.1.2.3:54321 10.0.0.1:445',
    '<%= config.bin %> deltickle < connections',
  ]
  static override args = connectionArgs

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Deltickle)
    return await this.carryOut(flags, args, {
      control: controls.tcpRemove,
      failure: 'Failed to unregister connection',
      verb: 'remove',
      done: 'removed',
    })
  }
}
