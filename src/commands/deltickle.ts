import { connectionArgs, TickleCommand } from '../cli/tickle-command.ts'
import { controls } from '../transport/wire/controls.ts'

export default class Deltickle extends TickleCommand {
  static override summary = 'remove a TCP connection from those that are kept alive when an address moves'
  static override usage = 'deltickle <ip>:<port> <ip>:<port>'
  static override description = `One that is not there is no error.
Without words, standard input is read: a connection in each line.`
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
