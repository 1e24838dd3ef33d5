import { connectionArgs, TickleCommand } from '../cli/tickle-command.ts'
import { controls } from '../lib/wire/controls.ts'

export default class Addtickle extends TickleCommand {
  static override readonly group = 'services'
  static override summary = 'Add a TCP connection to tickle when its address moves'
  static override usage = 'addtickle <ip>:<port> <ip>:<port>'
  static override description =
    `The destination must be a public address. The other nodes receive the connection after a while (TickleUpdateInterval).
Without arguments, reads connections from standard input, one per line.`
  static override examples = [
    '<%= config.bin %> addtickle 10.1.2.3:54321 10.0.0.1:445',
    '<%= config.bin %> addtickle < connections',
  ]
  static override args = connectionArgs

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Addtickle)
    return await this.carryOut(flags, args, {
      control: controls.tcpAddDelayedUpdate,
      failure: 'Failed to register connection',
      verb: 'add',
      done: 'added',
    })
  }
}
