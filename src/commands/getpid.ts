import { MirrorCommand } from '../cli/mirror-command.ts'
import { ask } from '../transport/asked-node.ts'
import { controls } from '../transport/wire/controls.ts'

export default class Getpid extends MirrorCommand {
  static override summary = 'show the process id of ctdbd'
  static override usage = 'getpid'
  static override examples = ['<%= config.bin %> getpid', '<%= config.bin %> -n 1 getpid']

  // The real tool overlooks words that are too many.
  static override strict = false

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Getpid)
    const pid = await this.withNode(flags, (node) => ask(node, controls.getPid))
    return await this.show(flags, { ctdb: () => `${pid}\n`, json: () => ({ formatVersion: 1, pid }) })
  }
}
