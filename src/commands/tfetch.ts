import { writeFile } from 'node:fs/promises'
import * as Args from '@oclif/core/args'
import { requireThisMachine } from '../cli/database-file.ts'
import { wantsHost } from '../cli/host-flags.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { argumentBytes } from '../cli/record-arguments.ts'
import { noRecord, tdbArgs, withTdb } from '../cli/tdb-arguments.ts'
import { type CtdbtsError, saidByCtdb } from '../lib/errors.ts'
import { RECORD_HEADER_BYTES } from '../lib/wire/record-structs.ts'
import { storedRecord } from '../operations/databases/traverse.ts'
import { ctdbBytesText, ctdbHeaderText } from '../ui/ctdb/records.ts'
import type { TfetchDocument } from '../ui/documents/databases.ts'
import { recordJson } from '../ui/record-json.ts'

export default class Tfetch extends MirrorCommand {
  static override readonly group = 'databases'
  static override summary = 'Show a record in a TDB file of CTDB'
  static override usage = 'tfetch <tdb-file> <key> [<file>]'
  static override description =
    'Reads the file on this machine; writes the record, with what CTDB stores in front of it, to FILE too.'
  static override examples = [
    '<%= config.bin %> tfetch /var/lib/ctdb/volatile/locking.tdb.0 0x6b657900',
    '<%= config.bin %> tfetch locking.tdb.0 mykey record.bin',
  ]
  static override args = {
    ...tdbArgs,
    output: Args.string({ ignoreStdin: true, description: 'the file to write the record to' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Tfetch)
    const { file, output } = args
    if (wantsHost(flags) && output === undefined) return await this.runThere(flags)
    requireThisMachine(flags)
    const { key, data } = await this.withNode(flags, async () => {
      return await withTdb(file, async (tdb) => {
        const key = argumentBytes('key', args.key)
        const data = await tdb.fetch(key)
        if (!data) throw noRecord(`No record for key ${args.key}`)
        if (data.length < RECORD_HEADER_BYTES) throw noRecord(`Invalid record for key ${args.key}`)
        return { key, data }
      })
    })
    const problems = output === undefined ? [] : await writtenTo(output, data)
    const record = storedRecord(key, data)
    return await this.show(
      flags,
      {
        ctdb: () => `${ctdbHeaderText(record)}${ctdbBytesText('data', record.value)}`,
        json: (): TfetchDocument => ({ formatVersion: 1, file, record: recordJson(record) }),
      },
      problems,
    )
  }
}

/** Writes the record. ctdb shows it all the same when that fails, and succeeds. */
async function writtenTo(output: string, data: Uint8Array): Promise<CtdbtsError[]> {
  try {
    await writeFile(output, data, { mode: 0o600 })
    return []
  } catch (cause) {
    return [saidByCtdb('NOT_WRITTEN', `Failed to open output file ${output}`, { cause })]
  }
}
