import { MirrorCommand } from '../cli/mirror-command.ts'
import { collectDatabases } from '../operations/collect/databases.ts'
import { fileSizes } from '../operations/collect/file-sizes.ts'
import { ctdbDbMapText } from '../ui/ctdb/databases.ts'
import { databaseJson } from '../ui/database-json.ts'
import type { GetdbmapDocument } from '../ui/documents/databases.ts'

export default class Getdbmap extends MirrorCommand {
  static override readonly group = 'databases'
  static override summary = 'Show the databases that a node has attached'
  static override usage = 'getdbmap'
  static override examples = [
    '<%= config.bin %> getdbmap',
    '<%= config.bin %> -X -n 1 getdbmap',
    '<%= config.bin %> getdbmap --table',
  ]

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Getdbmap)
    const wantsSizes = flags.table || flags.json
    const { pnn, databases, sizes } = await this.withNode(flags, async (node, { host, timeoutMs }) => {
      const [pnn, databases] = await Promise.all([node.pnn, collectDatabases(node)])
      // The files of another node are on another machine.
      const isHere = wantsSizes && pnn === (await node.localPnn)
      const paths = databases.map(({ path }) => path)
      return { pnn, databases, sizes: isHere ? await fileSizes(await host(), paths, timeoutMs) : new Map<string, number>() }
    })
    return await this.show(flags, {
      ctdb: (style) => ctdbDbMapText(databases, style),
      json: (): GetdbmapDocument => ({
        formatVersion: 1,
        pnn,
        databases: databases.map((each) => ({ ...databaseJson(each), sizeBytes: sizes.get(each.path) ?? null })),
      }),
      table: async (coloured) => {
        const [{ databaseTable }, { painter }] = await Promise.all([import('../ui/database-table.ts'), import('../ui/table.ts')])
        return databaseTable(databases, sizes, painter(coloured))
      },
    })
  }
}
