import { yesFlag } from '../cli/confirm.ts'
import { wantsHost } from '../cli/host-flags.ts'
import { recordArgs } from '../cli/record-arguments.ts'
import { RecordCommand } from '../cli/record-command.ts'
import { deleteRecord } from '../operations/databases/record-lock.ts'
import type { KeyDocument } from '../ui/documents/databases.ts'
import { visible } from '../ui/visible.ts'

export default class Deletekey extends RecordCommand {
  static override readonly group = 'databases'
  static override summary = 'Delete a record of a volatile database'
  static override usage = 'deletekey <dbname|dbid> <key>'
  static override description =
    'Moves the record to this node and empties it; the daemon removes it later. Waits while another process has it locked. Asks first on a terminal. Prints nothing.'
  static override examples = ['<%= config.bin %> deletekey test.tdb mykey', '<%= config.bin %> deletekey test.tdb 0x6b657900']
  static override args = recordArgs
  static override flags = yesFlag

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Deletekey)
    const question = (words: string) => `Delete the record ${visible(args.key)} of ${words}?`
    if (wantsHost(flags)) return await this.changeThere(flags, args.database, question)
    const { result: wasThere, ...record } = await this.lockRecord(flags, args, () => ({
      notLocked: `Failed to fetch record for key ${args.key}`,
      failed: `Failed to delete record for key ${args.key}`,
      question,
      use: async (locked, open) => {
        await deleteRecord(open, locked)
        return locked.value.length > 0
      },
    }))
    const deleted = wasThere ? `the record ${args.key} is deleted` : `there was no record ${args.key}`
    this.tell(flags, `Database ${record.name}: ${deleted}`)
    return await this.show(flags, { ctdb: () => '', json: (): KeyDocument => ({ formatVersion: 1, ...record }) })
  }
}
