import * as Args from '@oclif/core/args'
import { backupTime, type OpenBackup, withBackup } from '../cli/backup-file.ts'
import { yesFlag } from '../cli/confirm.ts'
import { confirmForDatabase } from '../cli/database-question.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { whenOutputCloses } from '../cli/output.ts'
import { COUNT_OFFSET, damaged } from '../lib/cluster/backup-file.ts'
import { adding } from '../lib/errors.ts'
import type { ValueOf } from '../lib/wire/codec.ts'
import type { recordBuffer } from '../lib/wire/record-structs.ts'
import { attachDatabase } from '../operations/databases/attach.ts'
import { replaceRecords } from '../operations/databases/replace.ts'
import { databaseIdText } from '../ui/ctdb/databases.ts'
import type { RestoredbDocument } from '../ui/documents/databases.ts'
import { visible } from '../ui/visible.ts'

export default class Restoredb extends MirrorCommand {
  static override readonly group = 'databases'
  static override summary = 'Replace a database by a backup'
  static override usage = 'restoredb <file> [dbname]'
  static override description =
    `Replaces all records on all active nodes with those in a file that backupdb wrote, from this machine. Attaches the
database with its former kind if no node has it. Clients wait meanwhile. Asks first on a terminal. If a step fails, a recovery follows.`
  static override examples = [
    '<%= config.bin %> restoredb secrets.backup',
    '<%= config.bin %> restoredb secrets.backup copy.tdb --yes',
  ]
  static override args = {
    file: Args.string({ required: true, ignoreStdin: true, description: 'the backup' }),
    database: Args.string({ ignoreStdin: true, description: 'the name of the database [default: that in the backup]' }),
  }
  static override flags = yesFlag
  protected override readonly remote = false

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Restoredb)
    const { id, name } = await this.withNodeInterruptibly(flags, (node, { signal, leaves }, daemon) =>
      withBackup(args.file, async (backup) => {
        const { header } = backup
        const kind = { name: args.database ?? header.name, flags: Number(header.flags & 0xffn) }
        // ctdb says so before it does anything.
        if (!flags.json && !flags.table) {
          process.stdout.write(`Restoring database ${visible(kind.name)} from backup @ ${backupTime(header)}\n`)
        }
        whenOutputCloses('go on')
        // Damage must not be found only when the database is frozen and empty.
        await requireWhole(backup, args.file, signal)
        const question = (words: string) =>
          `Replace all records of ${words} on all nodes by the ${header.recordCount} of the backup?`
        await confirmForDatabase(daemon, kind, question, flags)
        const database = await attachDatabase(node.client, kind).catch(
          adding('NOT_ATTACHED', `Failed to attach to DB ${kind.name}`),
        )
        const onStarted = () => leaves(`the database ${kind.name} may be frozen; run \`ctdbts recover\``)
        const replacement = { count: Number(header.recordCount), buffers: recordBuffers(backup) }
        await replaceRecords(node, database.id, { replacement, signal, onStarted })
        return database
      }),
    )
    return await this.show(flags, {
      ctdb: () => `Database ${visible(name)} restored\n`,
      json: (): RestoredbDocument => ({ formatVersion: 1, id: databaseIdText(id), name, file: args.file }),
    })
  }
}

/** @throws CtdbtsError BAD_BACKUP if the backup is damaged. */
async function requireWhole(backup: OpenBackup, path: string, signal: AbortSignal): Promise<void> {
  let count = 0n
  for await (const { records } of recordBuffers(backup)) {
    signal.throwIfAborted()
    count += BigInt(records.length)
  }
  const { recordCount } = backup.header
  if (count !== recordCount)
    throw damaged({ path, offset: COUNT_OFFSET }, `it has ${count} records, and announces ${recordCount}`)
}

async function* recordBuffers(backup: OpenBackup): AsyncGenerator<ValueOf<typeof recordBuffer>, void> {
  for await (const { databaseId, records } of backup.buffers()) yield { databaseId, records: [...records] }
}
