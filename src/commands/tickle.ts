import { socketAddressOf } from '../cli/address-arguments.ts'
import { requireThisMachine } from '../cli/database-file.ts'
import { wantsHost } from '../cli/host-flags.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { connectionArgs, connectionsOfInput } from '../cli/tickle-command.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { counted } from '../lib/plural.ts'
import type { TickleDocument } from '../ui/documents/addresses.ts'

export default class Tickle extends MirrorCommand {
  static override readonly group = 'services'
  static override summary = 'Send a client a TCP acknowledgement'
  static override usage = 'tickle <srcip:port> <dstip:port>'
  static override description =
    `Sends the client of a connection a packet as if from its server, so that it notices that the server has restarted.
Without arguments, reads connections from standard input, one per line, the client first. Needs root and Python 3. Prints nothing.`
  static override examples = ['<%= config.bin %> tickle 10.1.2.3:54321 10.0.0.1:445', '<%= config.bin %> tickle < connections']
  static override args = connectionArgs
  protected override readonly asksDaemon = false

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Tickle)
    const { source, destination } = args
    const isGiven = source !== undefined && destination !== undefined
    if (!isGiven && source !== undefined) throw this.usageError('give both ends of the connection')
    if (isGiven && wantsHost(flags)) return await this.runThere(flags)
    requireThisMachine(flags)
    const connections = isGiven
      ? [{ source: socketAddressOf(source), destination: socketAddressOf(destination) }]
      : await connectionsOfInput()
    const { sendTickles } = await import('../transport/local/send-tickles.ts')
    const problems = await sendTickles(connections)
    if (problems.length > 0) {
      const last = isGiven ? 'Failed to send tickle ack' : `Failed to send ${problems.length} tickles`
      const ctdbText = { stderr: [...problems, last] }
      throw new CtdbtsError('NOT_SENT', `${last}: ${problems[0]}`, {
        hint: 'run it as root, on a node with a route to the client',
        ctdbText,
      })
    }
    this.tell(flags, `${counted(connections.length, 'tickle', 'tickles')} sent`)
    return await this.show(flags, {
      ctdb: () => '',
      json: (): TickleDocument => ({ formatVersion: 1, sent: connections.length }),
    })
  }
}
