import { MirrorCommand } from '../cli/mirror-command.ts'
import { collectLeader } from '../transport/collect/leader.ts'
import { leaderText } from '../ui/ctdb/status.ts'
import { leaderOrNull } from '../ui/json.ts'

export default class Leader extends MirrorCommand {
  static override summary = 'show the PNN of the node that leads the cluster'
  static override usage = 'leader'
  static override description =
    `Learnt from its broadcast, about once a second; UNKNOWN when none comes within the time limit (-t). Daemons before 4.16, which
have no such broadcast, are asked for their recovery master.`
  static override examples = ['<%= config.bin %> leader', '<%= config.bin %> leader --json']
  static override strict = false

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Leader)
    const { pnn } = await this.withNode(flags, ({ client, timeoutMs }) => collectLeader(client, timeoutMs))
    return await this.show(flags, {
      ctdb: () => `${leaderText(pnn)}\n`,
      json: () => ({ formatVersion: 1, leader: leaderOrNull(pnn) }),
    })
  }
}
