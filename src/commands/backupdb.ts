import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import * as Args from '@oclif/core/args'
import { databaseArgs } from '../cli/database-argument.ts'
import { fileAccess, requireThisMachine } from '../cli/database-file.ts'
import { errnoOf } from '../cli/errno-of.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { writeAt } from '../cli/write-at.ts'
import { BACKUP_HEADER_BYTES, encodeBackupHeader, encodeBuffer, FULL_BUFFER_BYTES } from '../lib/cluster/backup-file.ts'
import { ERRNO } from '../lib/errno.ts'
import { CtdbtsError, saidByCtdb } from '../lib/errors.ts'
import type { RecordData } from '../lib/wire/record-structs.ts'
import { openDatabase } from '../operations/databases/open.ts'
import { type OpenFile, withFile } from '../operations/databases/open-file.ts'
import { databaseIdText } from '../ui/ctdb/databases.ts'
import type { BackupdbDocument } from '../ui/documents/databases.ts'
import { visible } from '../ui/visible.ts'

const RECORD_OVERHEAD_BYTES = 16

export default class Backupdb extends MirrorCommand {
  static override readonly group = 'databases'
  static override summary = 'Back up a database into a file'
  static override usage = 'backupdb <dbname|dbid> <file>'
  static override description = `Writes the records that this node has. For a persistent or replicated database these are all;
of a volatile one other nodes may have newer records. The file can be used with restoredb and dumpdbbackup.`
  static override examples = ['<%= config.bin %> backupdb secrets.tdb secrets.backup']
  static override args = {
    ...databaseArgs,
    file: Args.string({ required: true, ignoreStdin: true, description: 'the file to write' }),
  }
  protected override readonly remote = false

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Backupdb)
    requireThisMachine(flags)
    const { id, name, records } = await this.withNode(flags, async (node) => {
      const database = await openDatabase(node.client, args.database)
      const records = await withFile(await fileAccess(node), database, (opened) => backUp(opened, args.file))
      return { ...database, records }
    })
    return await this.show(flags, {
      ctdb: () => `Database backed up to ${visible(args.file)}\n`,
      json: (): BackupdbDocument => ({ formatVersion: 1, id: databaseIdText(id), name, file: args.file, records }),
    })
  }
}

/** Writes the backup. Its header comes last, so that a backup that was cut off cannot be mistaken for a whole one. */
async function backUp({ file, database: { id, name, flags } }: OpenFile, path: string): Promise<number> {
  const said = (line: string) => (cause: unknown) => {
    throw saidByCtdb('NOT_WRITTEN', line, { exitStatus: errnoOf(cause), cause })
  }
  const output = await open(path, constants.O_RDWR | constants.O_CREAT, 0o600).catch(
    said(`Failed to open file ${path} for writing`),
  )
  try {
    const header = `Failed to write header to file ${path}`
    await writeAt(output, new Uint8Array(BACKUP_HEADER_BYTES), 0).catch(said(header))
    const { bufferCount, recordCount } = await writeBuffers(file.traverse(), output, id, said).catch((error) => {
      if (!(error instanceof CtdbtsError) || (!error.ctdbText && error.code !== 'TDB_FAILED')) throw error
      const line = `Failed to collect records from DB ${name}`
      const { code, ctdbText, exitStatus } = error
      throw error.with({
        code: 'BACKUP_FAILED',
        message: `${line}: ${error.message}`,
        ctdbText: { stderr: [...(ctdbText?.stderr ?? []), line] },
        exitStatus: code === 'TDB_FAILED' ? ERRNO.EIO : exitStatus,
      })
    })
    const time = Math.floor(Date.now() / 1000)
    const nameThatFits = Buffer.from(name).subarray(0, 63).toString()
    const bytes = encodeBackupHeader({ time, flags: BigInt(flags), bufferCount, recordCount, name: nameThatFits })
    await writeAt(output, bytes, 0).catch(said(header))
    return Number(recordCount)
  } finally {
    await output.close()
  }
}

async function writeBuffers(
  records: AsyncIterable<{ readonly key: Uint8Array; readonly data: Uint8Array }>,
  output: FileHandle,
  databaseId: number,
  said: (line: string) => (cause: unknown) => never,
): Promise<{ bufferCount: bigint; recordCount: bigint }> {
  let [bufferCount, recordCount, position, bytes] = [0n, 0n, BACKUP_HEADER_BYTES, 0]
  let waiting: RecordData[] = []
  const flush = async () => {
    const buffer = encodeBuffer(databaseId, waiting)
    await writeAt(output, buffer, position).catch(said('Failed to write records to backup file'))
    position += buffer.length
    bufferCount += 1n
    recordCount += BigInt(waiting.length)
    waiting = []
    bytes = 0
  }
  for await (const { key, data } of records) {
    waiting.push({ requestId: 0, key, data })
    bytes += RECORD_OVERHEAD_BYTES + key.length + data.length
    // As ctdb counts: with the head of the buffer.
    if (bytes + 8 >= FULL_BUFFER_BYTES) await flush()
  }
  if (waiting.length > 0) await flush()
  return { bufferCount, recordCount }
}
