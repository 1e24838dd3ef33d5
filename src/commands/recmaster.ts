import { MirrorCommand } from '../cli/mirror-command.ts'
import { collectRecmaster } from '../operations/collect/leader.ts'
import { leaderText } from '../ui/ctdb/status.ts'
import type { LeaderDocument } from '../ui/documents/nodes.ts'
import { leaderOrNull } from '../ui/json.ts'

export default class Recmaster extends MirrorCommand {
  static override readonly group = 'nodes'
  static override summary = 'Show the PNN of the recovery master'
  static override usage = 'recmaster'
  static override description = 'For scripts that use ctdb before 4.16. Newer daemons have a leader instead, which is shown.'
  static override examples = ['<%= config.bin %> recmaster', '<%= config.bin %> -n 1 recmaster']
  static override strict = false

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Recmaster)
    const { pnn } = await this.withNode(flags, collectRecmaster)
    return await this.show(flags, {
      ctdb: () => `${leaderText(pnn)}\n`,
      json: (): LeaderDocument => ({ formatVersion: 1, leader: leaderOrNull(pnn) }),
    })
  }
}
