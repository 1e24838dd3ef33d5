import { MirrorCommand } from '../cli/mirror-command.ts'
import { ask } from '../transport/asked-node.ts'
import { controls } from '../transport/wire/controls.ts'

export default class Ping extends MirrorCommand {
  static override summary = "measure how long a node's ctdbd takes to answer"
  static override usage = 'ping'
  static override description = 'Shows the number of its clients, too.'
  static override examples = ['<%= config.bin %> ping', '<%= config.bin %> -n 1 ping']
  static override strict = false

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Ping)
    const { pnn, seconds, clients } = await this.withNode(flags, async (node) => {
      const startMs = performance.now()
      const clients = await ask(node, controls.ping)
      return { pnn: await node.pnn, seconds: (performance.now() - startMs) / 1000, clients }
    })
    return await this.show(flags, {
      ctdb: () => `response from ${pnn} time=${seconds.toFixed(6)} sec  (${clients} clients)\n`,
      json: () => ({ formatVersion: 1, pnn, seconds: Number(seconds.toFixed(6)), clients }),
    })
  }
}
