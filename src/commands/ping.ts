import { MirrorCommand } from '../cli/mirror-command.ts'
import { controls } from '../lib/wire/controls.ts'
import { ask } from '../operations/target-node.ts'
import type { PingDocument } from '../ui/documents/daemon.ts'

export default class Ping extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = "Measure how fast a node's ctdbd answers"
  static override usage = 'ping'
  static override description = 'Also shows the number of its clients.'
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
      json: (): PingDocument => ({ formatVersion: 1, pnn, seconds: Number(seconds.toFixed(6)), clients }),
    })
  }
}
