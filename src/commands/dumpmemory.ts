import { MirrorCommand } from '../cli/mirror-command.ts'
import { controls } from '../lib/wire/controls.ts'
import { ask } from '../operations/target-node.ts'
import type { MemoryDocument } from '../ui/documents/daemon.ts'
import { visibleLines } from '../ui/visible.ts'

export default class Dumpmemory extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = 'Show what ctdbd keeps in memory'
  static override usage = 'dumpmemory'
  static override description = "The tree of the daemon's allocations, for developers of CTDB."
  static override examples = ['<%= config.bin %> dumpmemory', '<%= config.bin %> -n 1 dumpmemory']
  /** As `ctdb`, which ignores them. */
  static override strict = false

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Dumpmemory)
    const [pnn, text] = await this.fromNode(flags, (node) => ask(node, controls.dumpMemory))
    return await this.show(flags, {
      ctdb: () => visibleLines(text),
      json: (): MemoryDocument => ({ formatVersion: 1, pnn, lines: text.trimEnd().split('\n') }),
    })
  }
}
