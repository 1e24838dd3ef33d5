import { databaseArgs } from '../cli/database-argument.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { SteadyOutput } from '../cli/steady-output.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { openDatabase } from '../operations/databases/open.ts'
import { traverse } from '../operations/databases/traverse.ts'
import { databaseIdText } from '../ui/ctdb/databases.ts'
import { ctdbRecordText } from '../ui/ctdb/records.ts'
import { recordJson } from '../ui/record-json.ts'

export default class Catdb extends MirrorCommand {
  static override readonly group = 'databases'
  static override summary = 'Show all records of a database in the cluster'
  static override usage = 'catdb <dbname|dbid>'
  static override description = 'Each record appears once, as the node that may change it has it. The order means nothing.'
  static override examples = ['<%= config.bin %> catdb locking.tdb', '<%= config.bin %> catdb 0x6645c6c4 --json']
  static override args = databaseArgs
  protected override readonly remote = false

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Catdb)
    return await this.withNode(flags, async (node) => {
      const { id, name } = await openDatabase(node.client, args.database)
      if (flags.json) {
        const records: unknown[] = []
        for await (const record of traverse(node, id)) records.push(recordJson(record))
        return { formatVersion: 1, pnn: await node.pnn, id: databaseIdText(id), name, records }
      }
      const output = new SteadyOutput()
      let count = 0
      try {
        for await (const record of traverse(node, id)) {
          await output.write(ctdbRecordText(record))
          count += 1
        }
      } catch (error) {
        // ctdb counts what it has printed in any case.
        if (error instanceof CtdbtsError) await output.write(dumped(count))
        await output.flush()
        throw error
      }
      await output.write(dumped(count))
      await output.flush()
      return undefined
    })
  }
}

const dumped = (count: number): string => `Dumped ${count} records\n`
