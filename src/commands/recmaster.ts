import { MirrorCommand } from '../cli/mirror-command.ts'
import { collectRecmaster } from '../transport/collect/leader.ts'
import { leaderText } from '../ui/ctdb/status.ts'
import { leaderOrNull } from '../ui/json.ts'

export default class Recmaster extends MirrorCommand {
  static override summary = 'show the PNN of the recovery master, as tools before 4.16 did'
  static override usage = 'recmaster'
  static override description = 'Daemons from 4.16 on have a leader instead, which is shown then.'
  static override examples = ['<%= config.bin %> recmaster', '<%= config.bin %> -n 1 recmaster']
  static override strict = false

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Recmaster)
    const { pnn } = await this.withNode(flags, collectRecmaster)
    return await this.show(flags, {
      ctdb: () => `${leaderText(pnn)}\n`,
      json: () => ({ formatVersion: 1, leader: leaderOrNull(pnn) }),
    })
  }
}
