import { MirrorCommand } from '../cli/mirror-command.ts'
import { ask } from '../transport/asked-node.ts'
import { controls } from '../transport/wire/controls.ts'
import { ctdbUptimeText, uptimeJson } from '../ui/ctdb/uptime.ts'

export default class Uptime extends MirrorCommand {
  static override summary = 'show since when ctdbd runs, and the last recovery'
  static override usage = 'uptime'
  static override description = "Times are in this machine's time zone."
  static override examples = ['<%= config.bin %> uptime', '<%= config.bin %> -n 1 uptime --json']
  // The real tool overlooks words that are too many.
  static override strict = false

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Uptime)
    const [pnn, uptime] = await this.withNode(flags, (node) => Promise.all([node.pnn, ask(node, controls.uptime)]))
    return await this.show(flags, {
      ctdb: () => ctdbUptimeText(pnn, uptime),
      json: () => ({ formatVersion: 1, pnn, ...uptimeJson(uptime) }),
    })
  }
}
