import { MirrorCommand } from '../cli/mirror-command.ts'
import { simFlags } from '../cli/sim-flags.ts'
import { ask } from '../transport/asked-node.ts'
import { inOrder } from '../transport/collect/in-order.ts'
import { interfaceStateOf } from '../transport/collect/ip.ts'
import { controls } from '../transport/wire/controls.ts'
import { ctdbInterfacesText } from '../ui/ctdb/interfaces.ts'

export default class Ifaces extends MirrorCommand {
  static override summary = 'show the interfaces for public addresses, and their links'
  static override usage = 'ifaces'
  static override description = 'As the daemon of the asked node knows them; "references" are the addresses it holds there.'
  static override examples = ['<%= config.bin %> ifaces', '<%= config.bin %> -n 1 -X ifaces']
  static override flags = { ...simFlags }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Ifaces)
    const [pnn, records] = await this.withNode(flags, (node) => inOrder(node.pnn, ask(node, controls.getIfaces)))
    const interfaces = records.map(interfaceStateOf)
    return await this.show(flags, {
      ctdb: (style) => ctdbInterfacesText(pnn, interfaces, style),
      json: () => ({ formatVersion: 1, pnn, interfaces }),
      table: async (coloured) => {
        const [{ interfacesTable }, { painter }] = await Promise.all([
          import('../ui/interfaces-table.ts'),
          import('../ui/table.ts'),
        ])
        return interfacesTable(interfaces, painter(coloured))
      },
    })
  }
}
