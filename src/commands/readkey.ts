import * as Args from '@oclif/core/args'
import { wantsHost } from '../cli/host-flags.ts'
import { recordArgs } from '../cli/record-arguments.ts'
import { RecordCommand } from '../cli/record-command.ts'
import { recordOutput } from '../cli/record-output.ts'
import type { ReadkeyDocument } from '../ui/documents/databases.ts'

export default class Readkey extends RecordCommand {
  static override readonly group = 'databases'
  static override summary = 'Show the value of a record of a volatile database'
  static override usage = 'readkey <dbname|dbid> <key> [readonly]'
  static override description = `Moves the record to this node; with readonly, a copy is enough where the database allows copies.
Waits while another process has the record locked. An absent record has an empty value, and comes into being.`
  static override examples = [
    '<%= config.bin %> readkey test.tdb mykey',
    '<%= config.bin %> readkey test.tdb 0x6b657900 readonly',
  ]
  static override args = {
    ...recordArgs,
    readonly: Args.string({ ignoreStdin: true, options: ['readonly'], description: 'the word readonly: a copy is enough' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Readkey)
    if (wantsHost(flags)) return await this.runThere(flags)
    const { result: value, ...record } = await this.lockRecord(flags, args, () => ({
      notLocked: `Failed to read record for key ${args.key}`,
      readOnly: args.readonly !== undefined,
      use: async ({ value }) => value,
    }))
    return await this.show(flags, {
      ctdb: () => recordOutput(`Data: size:${value.length} ptr:[`, value, ']\n'),
      json: (): ReadkeyDocument => ({ formatVersion: 1, ...record, value: Buffer.from(value).toString('hex') }),
    })
  }
}
