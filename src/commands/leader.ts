import { MirrorCommand } from '../cli/mirror-command.ts'
import { collectLeader } from '../operations/collect/leader.ts'
import { leaderText } from '../ui/ctdb/status.ts'
import type { LeaderDocument } from '../ui/documents/nodes.ts'
import { leaderOrNull } from '../ui/json.ts'

export default class Leader extends MirrorCommand {
  static override readonly group = 'nodes'
  static override summary = 'Show the PNN of the leader'
  static override usage = 'leader'
  static override description =
    `Waits for the leader's broadcast, which comes about once a second; UNKNOWN if none arrives within the time limit (-t). Daemons older
than 4.16 do not broadcast; ctdbts asks them for their recovery master.`
  static override examples = ['<%= config.bin %> leader', '<%= config.bin %> leader --json']
  static override strict = false

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Leader)
    const { pnn } = await this.withNode(flags, ({ client, timeoutMs }) => collectLeader(client, timeoutMs))
    return await this.show(flags, {
      ctdb: () => `${leaderText(pnn)}\n`,
      json: (): LeaderDocument => ({ formatVersion: 1, leader: leaderOrNull(pnn) }),
    })
  }
}
