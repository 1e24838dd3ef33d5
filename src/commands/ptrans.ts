import { readFile } from 'node:fs/promises'
import * as Args from '@oclif/core/args'
import { databaseArgs } from '../cli/database-argument.ts'
import { standardInput } from '../cli/standard-input.ts'
import { TransactionCommand } from '../cli/transaction-command.ts'
import { parseTransaction } from '../lib/cluster/transaction-text.ts'
import { saidByCtdb } from '../lib/errors.ts'

/** A commit travels in one packet, and daemons hold all of it in memory. */
const MAX_INPUT_BYTES = 64 << 20

export default class Ptrans extends TransactionCommand {
  static override readonly group = 'databases'
  static override summary = 'Change records of a persistent database, all or none'
  static override usage = 'ptrans <dbname|dbid> [<file>]'
  static override description =
    `Reads lines "KEY" "VALUE" from the file or from standard input; 0x in front means hexadecimal, and an
empty value deletes the record. Lines in another form are reported and skipped. All changes are one transaction. Prints nothing.`
  static override examples = [
    '<%= config.bin %> ptrans test.tdb changes.txt',
    `echo '"mykey" "myvalue"' | <%= config.bin %> ptrans test.tdb`,
  ]
  static override args = {
    ...databaseArgs,
    file: Args.string({ ignoreStdin: true, description: 'the file to read [default: standard input]' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Ptrans)
    const { file } = args
    return await this.change(flags, args.database, async () => {
      const input = file === undefined ? await standardInput(MAX_INPUT_BYTES) : await fileContent(file)
      const changes = parseTransaction(input, (problem) => this.reportProblem(flags, saidByCtdb('BAD_RECORD_TEXT', problem)))
      return async (transaction) => {
        for (const { key, value } of changes) await transaction.store(key, value)
      }
    })
  }
}

async function fileContent(file: string): Promise<Buffer> {
  return await readFile(file).catch((cause) => {
    throw saidByCtdb('NO_FILE', `Failed to open file ${file}`, { cause })
  })
}
