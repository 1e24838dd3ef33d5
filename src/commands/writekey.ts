import { yesFlag } from '../cli/confirm.ts'
import { wantsHost } from '../cli/host-flags.ts'
import { argumentBytes, recordValueArgs } from '../cli/record-arguments.ts'
import { RecordCommand } from '../cli/record-command.ts'
import { storeRecord } from '../operations/databases/record-lock.ts'
import type { KeyDocument } from '../ui/documents/databases.ts'
import { visible } from '../ui/visible.ts'

export default class Writekey extends RecordCommand {
  static override readonly group = 'databases'
  static override summary = 'Write a record of a volatile database'
  static override usage = 'writekey <dbname|dbid> <key> <value>'
  static override description =
    'Moves the record to this node. Waits while another process has it locked. Services do not expect that anybody else changes their records. Asks first on a terminal. Prints nothing.'
  static override examples = [
    '<%= config.bin %> writekey test.tdb mykey myvalue',
    '<%= config.bin %> writekey test.tdb 0x6b657900 0x00ff',
  ]
  static override args = recordValueArgs
  static override flags = yesFlag

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Writekey)
    const question = (words: string) => `Write the record ${visible(args.key)} of ${words}?`
    if (wantsHost(flags)) return await this.changeThere(flags, args.database, question)
    const { result: _nothing, ...record } = await this.lockRecord(flags, args, () => {
      const value = argumentBytes('value', args.value)
      return {
        // ctdb names the database here, not the key.
        notLocked: `Failed to lock record for key ${args.database}`,
        failed: `Failed to store record for key ${args.key}`,
        question,
        use: (locked, open) => storeRecord(open, locked, value),
      }
    })
    this.tell(flags, `Database ${record.name}: the record ${args.key} is written`)
    return await this.show(flags, { ctdb: () => '', json: (): KeyDocument => ({ formatVersion: 1, ...record }) })
  }
}
