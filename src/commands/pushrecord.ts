import { yesFlag } from '../cli/confirm.ts'
import { requireThisMachine } from '../cli/database-file.ts'
import { argumentBytes, recordValueArgs } from '../cli/record-arguments.ts'
import { RecordCommand } from '../cli/record-command.ts'
import { pushRecord } from '../operations/databases/record-lock.ts'
import type { PushrecordDocument } from '../ui/documents/databases.ts'
import { visible } from '../ui/visible.ts'

export default class Pushrecord extends RecordCommand {
  static override readonly group = 'databases'
  static override summary = 'Write a record of a volatile database on all nodes'
  static override usage = 'pushrecord <dbname|dbid> <key> <value>'
  static override description =
    'Moves the record to this node, writes it, and copies it to the other active nodes, so that it outlives this node. Needs daemons of CTDB 4.25. Waits while another process has the record locked. Asks first on a terminal. Prints nothing.'
  static override examples = [
    '<%= config.bin %> pushrecord test.tdb mykey myvalue',
    '<%= config.bin %> pushrecord test.tdb 0x6b657900 0x00ff',
  ]
  static override args = recordValueArgs
  static override flags = yesFlag

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Pushrecord)
    // The `ctdb` of 4.25 that would run there copies nothing: no daemon accepts what it sends, which has no generation.
    requireThisMachine(flags)
    const question = (words: string) => `Write the record ${visible(args.key)} of ${words} on all nodes?`
    const { result: nodes, ...record } = await this.lockRecord(flags, args, () => {
      const value = argumentBytes('value', args.value)
      return {
        notLocked: `Failed to fetch record for key ${args.key}`,
        failed: `Failed to push record for key ${args.key}`,
        question,
        use: (locked, open) => pushRecord(open, locked, value),
      }
    })
    this.tell(flags, `Database ${record.name}: the record ${args.key} is written on nodes ${nodes.join(', ')}`)
    return await this.show(flags, { ctdb: () => '', json: (): PushrecordDocument => ({ formatVersion: 1, ...record, nodes }) })
  }
}
