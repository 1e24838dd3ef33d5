import { connectionArgs, TickleCommand } from '../cli/tickle-command.ts'
import { controls } from '../transport/wire/controls.ts'

export default class Addtickle extends TickleCommand {
  static override summary = 'add a TCP connection to those that are kept alive when an address moves'
  static override usage = 'addtickle <ip>:<port> <ip>:<port>'
  static override description =
    `The destination has to be a public address. The other nodes learn of it after a while (TickleUpdateInterval).
Without words, standard input is read: a connection in each line.`
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
