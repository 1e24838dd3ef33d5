import { MirrorCommand } from '../cli/mirror-command.ts'
import { ask } from '../transport/asked-node.ts'
import { controls } from '../transport/wire/controls.ts'
import { ctdbCapabilitiesText } from '../ui/ctdb/capabilities.ts'

export default class Getcapabilities extends MirrorCommand {
  static override summary = 'show which roles a node may have'
  static override usage = 'getcapabilities'
  static override description = 'With --json: what its ctdbd understands, too.'
  static override examples = ['<%= config.bin %> getcapabilities', '<%= config.bin %> -X -n 1 getcapabilities']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Getcapabilities)
    const [pnn, answer] = await this.withNode(flags, (node) => Promise.all([node.pnn, ask(node, controls.getCapabilities)]))
    const { raw: _bits, ...capabilities } = answer
    return await this.show(flags, {
      ctdb: (style) => ctdbCapabilitiesText(capabilities, style),
      json: () => ({ formatVersion: 1, pnn, capabilities }),
    })
  }
}
