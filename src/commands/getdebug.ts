import { MirrorCommand } from '../cli/mirror-command.ts'
import { debugLevelName } from '../lib/cluster/debug-level.ts'
import { ask } from '../transport/asked-node.ts'
import { controls } from '../transport/wire/controls.ts'

export default class Getdebug extends MirrorCommand {
  static override summary = "show how much a node's ctdbd logs"
  static override usage = 'getdebug'
  static override examples = ['<%= config.bin %> getdebug', '<%= config.bin %> -n 1 getdebug']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Getdebug)
    const [pnn, level] = await this.withNode(flags, (node) => Promise.all([node.pnn, ask(node, controls.getDebug)]))
    const debugLevel = debugLevelName(level)
    return await this.show(flags, {
      ctdb: () => `${debugLevel}\n`,
      json: () => ({ formatVersion: 1, pnn, debugLevel, number: level }),
    })
  }
}
