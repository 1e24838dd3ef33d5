import { MirrorCommand } from '../cli/mirror-command.ts'
import { controls } from '../lib/wire/controls.ts'
import { ask } from '../operations/target-node.ts'
import { ctdbUptimeText, uptimeJson } from '../ui/ctdb/uptime.ts'
import type { UptimeDocument } from '../ui/documents/daemon.ts'

export default class Uptime extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = 'Show when ctdbd started and when the last recovery was'
  static override usage = 'uptime'
  static override description = "Shows times in this machine's time zone."
  static override examples = ['<%= config.bin %> uptime', '<%= config.bin %> -n 1 uptime --json']
  // ctdb overlooks words that are too many.
  static override strict = false

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Uptime)
    const [pnn, uptime] = await this.fromNode(flags, (node) => ask(node, controls.uptime))
    return await this.show(flags, {
      ctdb: () => ctdbUptimeText(pnn, uptime),
      json: (): UptimeDocument => ({ formatVersion: 1, pnn, ...uptimeJson(uptime) }),
    })
  }
}
