import { MirrorCommand } from '../cli/mirror-command.ts'
import { nodesSourceOf, withMachine } from '../cli/with-machine.ts'
import { readNodes } from '../transport/host/read-nodes.ts'
import { ctdbListNodesText, listedNodes } from '../ui/ctdb/nodes.ts'
import type { ListnodesDocument } from '../ui/documents/nodes.ts'

export default class Listnodes extends MirrorCommand {
  static override readonly group = 'nodes'
  static override summary = 'List the nodes of the cluster'
  static override usage = 'listnodes'
  static override description =
    `Reads the nodes file, or runs the command that ctdb.conf names instead ("nodes list = !COMMAND"); asks no daemon.
With --host, does so on that host. Omits deleted nodes (# in front).`
  static override examples = ['<%= config.bin %> listnodes', '<%= config.bin %> -X listnodes']
  protected override readonly asksDaemon = false

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Listnodes)
    const nodes = await withMachine(flags, (access) => readNodes(nodesSourceOf(flags, access)))
    const listed = listedNodes(nodes)
    return await this.show(flags, {
      ctdb: (style) => ctdbListNodesText(nodes, style),
      json: (): ListnodesDocument => ({
        formatVersion: 1,
        nodes: listed.map(({ pnn, address }) => ({ pnn, address: address.address })),
      }),
      table: async () => {
        const { table } = await import('../ui/table.ts')
        return table(
          ['PNN', 'Address'],
          listed.map(({ pnn, address }) => [String(pnn), address.address]),
        )
      },
    })
  }
}
