import { MirrorCommand } from '../cli/mirror-command.ts'
import { simFlags } from '../cli/sim-flags.ts'
import { controls } from '../lib/wire/controls.ts'
import { interfaceStateOf } from '../operations/collect/ip.ts'
import { allInOrder } from '../operations/collect/ordered-requests.ts'
import { ask } from '../operations/target-node.ts'
import { ctdbInterfacesText } from '../ui/ctdb/interfaces.ts'
import type { IfacesDocument } from '../ui/documents/addresses.ts'

export default class Ifaces extends MirrorCommand {
  static override readonly group = 'addresses'
  static override summary = 'Show the interfaces for public addresses and their links'
  static override usage = 'ifaces'
  static override description =
    'Shows what the daemon of the node believes. "references" counts the addresses that it holds on the interface.'
  static override examples = ['<%= config.bin %> ifaces', '<%= config.bin %> -n 1 -X ifaces']
  static override flags = { ...simFlags }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Ifaces)
    const [pnn, records] = await this.withNode(flags, (node) => allInOrder(node.pnn, ask(node, controls.getIfaces)))
    const interfaces = records.map(interfaceStateOf)
    return await this.show(flags, {
      ctdb: (style) => ctdbInterfacesText(pnn, interfaces, style),
      json: (): IfacesDocument => ({ formatVersion: 1, pnn, interfaces }),
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
