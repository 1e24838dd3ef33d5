import { databaseArgs } from '../cli/database-argument.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { collectSequenceNumber } from '../operations/collect/databases.ts'
import { databaseIdText } from '../ui/ctdb/databases.ts'
import type { GetdbseqnumDocument } from '../ui/documents/databases.ts'

export default class Getdbseqnum extends MirrorCommand {
  static override readonly group = 'databases'
  static override summary = 'Show the sequence number of a database'
  static override usage = 'getdbseqnum <dbname|dbid>'
  static override description = 'Counts the transactions on a persistent or replicated database; 0 for a volatile one.'
  static override examples = ['<%= config.bin %> getdbseqnum secrets.tdb', '<%= config.bin %> getdbseqnum 0x6645c6c4']
  static override args = databaseArgs
  protected override readonly remote = false

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Getdbseqnum)
    const [pnn, { id, name, sequenceNumber }] = await this.fromNode(flags, (node) => collectSequenceNumber(node, args.database))
    const text = `0x${sequenceNumber.toString(16)}`
    return await this.show(flags, {
      ctdb: () => `${text}\n`,
      // As text: JSON has no 64-bit integers.
      json: (): GetdbseqnumDocument => ({ formatVersion: 1, pnn, id: databaseIdText(id), name, sequenceNumber: text }),
    })
  }
}
