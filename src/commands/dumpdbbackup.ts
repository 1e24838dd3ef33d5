import * as Args from '@oclif/core/args'
import { backupTime, type OpenBackup, withBackup } from '../cli/backup-file.ts'
import { selectionFlags } from '../cli/record-selection.ts'
import { RecordsCommand } from '../cli/records-command.ts'
import type { DatabaseRecord } from '../lib/cluster/record.ts'
import { adding } from '../lib/errors.ts'
import { storedRecord } from '../operations/databases/traverse.ts'
import { visible } from '../ui/visible.ts'

export default class Dumpdbbackup extends RecordsCommand {
  static override readonly group = 'databases'
  static override summary = 'Show the records in a backup of a database'
  static override usage = 'dumpdbbackup <file>'
  static override description = 'Reads a file of backupdb on this machine. No daemon is needed.'
  static override examples = [
    '<%= config.bin %> dumpdbbackup secrets.backup',
    '<%= config.bin %> dumpdbbackup secrets.backup --json',
  ]
  static override args = { file: Args.string({ required: true, ignoreStdin: true, description: 'the backup' }) }
  static override flags = selectionFlags
  protected override readonly asksDaemon = false

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Dumpdbbackup)
    return await withBackup(args.file, async (backup) => {
      const { name, time } = backup.header
      if (!flags.json && !flags.table)
        process.stdout.write(`Dumping database ${visible(name)} from backup @ ${backupTime(backup.header)}\n`)
      const json = { time: new Date(time * 1000).toISOString() }
      return await this.printRecords(flags, {
        name,
        records: recordsOf(backup),
        ending: (count) => `Dumped ${count} record(s)`,
        endsAfterFailure: false,
        json,
      })
    })
  }
}

async function* recordsOf(backup: OpenBackup): AsyncGenerator<readonly DatabaseRecord[], void> {
  const buffers = backup.buffers()
  for (;;) {
    const { value } = await buffers.next().catch(adding('BAD_BACKUP', 'Failed to read records'))
    if (!value) return
    try {
      for (const { key, data } of value.records) yield [storedRecord(key, data)]
    } catch (error) {
      adding('BAD_BACKUP', 'Failed to dump records')(error)
    }
  }
}
