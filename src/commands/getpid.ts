import { MirrorCommand } from '../cli/mirror-command.ts'
import { controls } from '../lib/wire/controls.ts'
import { ask } from '../operations/target-node.ts'
import type { GetpidDocument } from '../ui/documents/daemon.ts'

export default class Getpid extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = 'Show the process ID of ctdbd'
  static override usage = 'getpid'
  static override examples = ['<%= config.bin %> getpid', '<%= config.bin %> -n 1 getpid']

  // ctdb overlooks words that are too many.
  static override strict = false

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Getpid)
    const pid = await this.withNode(flags, (node) => ask(node, controls.getPid))
    return await this.show(flags, { ctdb: () => `${pid}\n`, json: (): GetpidDocument => ({ formatVersion: 1, pid }) })
  }
}
