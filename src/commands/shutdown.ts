import { withInterruptionReport } from '../cli/interruption-report.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { shutDown } from '../operations/administer/shut-down.ts'
import type { ShutdownDocument } from '../ui/documents/nodes.ts'

export default class Shutdown extends MirrorCommand {
  static override readonly group = 'nodes'
  static override summary = 'Shut down the CTDB daemon of a node'
  static override usage = 'shutdown'
  static override description = `The daemon releases its addresses first.
Waits for the end of the local daemon; with -n, only tells the other one to end, like ctdb.`
  static override examples = ['<%= config.bin %> shutdown', '<%= config.bin %> -n 2 shutdown']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Shutdown)
    const { pnn, ended } = await this.withNodeInterruptibly(flags, (node, { signal }) =>
      withInterruptionReport(signal, shutDown(node, signal), () => 'the daemon was told to end, and will do so'),
    )
    this.tell(flags, `the daemon of node ${pnn} ${ended ? 'has ended' : 'was told to end'}`)
    return await this.show(flags, { ctdb: () => '', json: (): ShutdownDocument => ({ formatVersion: 1, pnn, ended }) })
  }
}
