import { MirrorCommand } from '../cli/mirror-command.ts'
import { tellingWhatStands } from '../cli/what-stands.ts'
import { shutDown } from '../transport/administer/shut-down.ts'

export default class Shutdown extends MirrorCommand {
  static override summary = 'shutdown ctdb daemon'
  static override usage = 'shutdown'
  static override description = `The daemon gives up its addresses first.
That of the local node is waited for; with -n another node is only told, as with ctdb.`
  static override examples = ['<%= config.bin %> shutdown', '<%= config.bin %> -n 2 shutdown']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Shutdown)
    const { pnn, ended } = await this.withNodeInterruptibly(flags, (node, { signal }) =>
      tellingWhatStands(signal, shutDown(node, signal), () => 'the daemon was told to end, and will'),
    )
    this.tell(flags, `the daemon of node ${pnn} ${ended ? 'has ended' : 'was told to end'}`)
    return await this.show(flags, { ctdb: () => '', json: () => ({ formatVersion: 1, pnn, ended }) })
  }
}
