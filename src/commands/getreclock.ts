import { MirrorCommand } from '../cli/mirror-command.ts'
import { controls } from '../lib/wire/controls.ts'
import { ask } from '../operations/target-node.ts'
import type { GetreclockDocument } from '../ui/documents/daemon.ts'
import { visible } from '../ui/visible.ts'

export default class Getreclock extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = 'Show the cluster lock that the leader must hold'
  static override usage = 'getreclock'
  static override description = 'Prints nothing if none is configured; then nothing prevents two leaders when the network splits.'
  static override examples = ['<%= config.bin %> getreclock', '<%= config.bin %> -n 1 getreclock']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Getreclock)
    const [pnn, lock] = await this.fromNode(flags, (node) => ask(node, controls.getReclockFile))
    return await this.show(flags, {
      ctdb: () => (lock === '' ? '' : `${visible(lock)}\n`),
      json: (): GetreclockDocument => ({ formatVersion: 1, pnn, clusterLock: lock === '' ? null : lock }),
    })
  }
}
