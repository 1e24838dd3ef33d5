import { MirrorCommand } from '../cli/mirror-command.ts'
import { controls } from '../lib/wire/controls.ts'
import { ask } from '../operations/target-node.ts'
import { ctdbCapabilitiesText } from '../ui/ctdb/capabilities.ts'
import type { GetcapabilitiesDocument } from '../ui/documents/nodes.ts'

export default class Getcapabilities extends MirrorCommand {
  static override readonly group = 'daemons'
  static override summary = 'Show which roles a node may have'
  static override usage = 'getcapabilities'
  static override description = 'With --json, also shows what its ctdbd supports.'
  static override examples = ['<%= config.bin %> getcapabilities', '<%= config.bin %> -X -n 1 getcapabilities']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Getcapabilities)
    const [pnn, answer] = await this.fromNode(flags, (node) => ask(node, controls.getCapabilities))
    const { raw: _bits, ...capabilities } = answer
    return await this.show(flags, {
      ctdb: (style) => ctdbCapabilitiesText(capabilities, style),
      json: (): GetcapabilitiesDocument => ({ formatVersion: 1, pnn, capabilities }),
    })
  }
}
