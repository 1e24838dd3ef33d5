import { MirrorCommand } from '../cli/mirror-command.ts'
import { ask } from '../transport/asked-node.ts'
import { controls } from '../transport/wire/controls.ts'
import { visible } from '../ui/visible.ts'

export default class Getreclock extends MirrorCommand {
  static override summary = 'show the cluster lock, which whoever leads has to hold'
  static override usage = 'getreclock'
  static override description = 'Prints nothing where none is configured: then nothing keeps a parted cluster from two leaders.'
  static override examples = ['<%= config.bin %> getreclock', '<%= config.bin %> -n 1 getreclock']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Getreclock)
    const [pnn, lock] = await this.withNode(flags, (node) => Promise.all([node.pnn, ask(node, controls.getReclockFile)]))
    return await this.show(flags, {
      ctdb: () => (lock === '' ? '' : `${visible(lock)}\n`),
      json: () => ({ formatVersion: 1, pnn, clusterLock: lock === '' ? null : lock }),
    })
  }
}
