import { MirrorCommand } from '../cli/mirror-command.ts'
import { debugLevelName } from '../lib/cluster/debug-level.ts'
import { controls } from '../lib/wire/controls.ts'
import { ask } from '../operations/target-node.ts'
import type { DebugDocument } from '../ui/documents/daemon.ts'

export default class Getdebug extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = "Show the log level of a node's ctdbd"
  static override usage = 'getdebug'
  static override examples = ['<%= config.bin %> getdebug', '<%= config.bin %> -n 1 getdebug']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Getdebug)
    const [pnn, level] = await this.fromNode(flags, (node) => ask(node, controls.getDebug))
    const debugLevel = debugLevelName(level)
    return await this.show(flags, {
      ctdb: () => `${debugLevel}\n`,
      json: (): DebugDocument => ({ formatVersion: 1, pnn, debugLevel, number: level }),
    })
  }
}
