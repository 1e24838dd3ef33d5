import * as Args from '@oclif/core/args'
import { wantsHost } from '../cli/host-flags.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { argumentBytes, recordValueArgs } from '../cli/record-arguments.ts'
import { tdbArgs, withTdb } from '../cli/tdb-arguments.ts'
import { lenientLong, unsignedNumber } from '../lib/c-number.ts'
import { CtdbtsError } from '../lib/errors.ts'
import { encode } from '../lib/wire/codec.ts'
import { recordHeader } from '../lib/wire/record-structs.ts'
import type { TstoreDocument } from '../ui/documents/databases.ts'

export default class Tstore extends MirrorCommand {
  static override readonly group = 'databases'
  static override summary = 'Write a record in a TDB file of CTDB'
  static override usage = 'tstore <tdb-file> <key> <data> [<rsn> <dmaster> <flags>]'
  static override description =
    `Writes the file on this machine, whatever daemons know about the record: for files that no daemon uses.
What CTDB stores in front of the data is 0, unless it is given. As with \`ctdb\`, FLAGS cannot be given. Prints nothing.`
  static override examples = [
    '<%= config.bin %> tstore test.tdb mykey myvalue',
    '<%= config.bin %> tstore test.tdb mykey 0x00ff 7 1',
  ]
  static override args = {
    ...tdbArgs,
    data: recordValueArgs.value,
    rsn: Args.string({ ignoreStdin: true, description: 'its record sequence number' }),
    dmaster: Args.string({ ignoreStdin: true, description: 'the PNN of the node that may change it' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Tstore)
    if (wantsHost(flags)) return await this.runThere(flags)
    const { file } = args
    await this.withNode(flags, async () => {
      await withTdb(file, async (tdb) => {
        const key = argumentBytes('key', args.key)
        const value = argumentBytes('value', args.data)
        const header = {
          rsn: args.rsn === undefined ? 0n : unsignedNumber(args.rsn, 'the record sequence number'),
          dmaster: args.dmaster === undefined ? 0 : Number(BigInt.asUintN(32, lenientLong(args.dmaster))),
          reserved: 0,
          flags: 0,
        }
        await tdb.store(key, Buffer.concat([encode(recordHeader, header), value])).catch((error: unknown) => {
          if (!(error instanceof CtdbtsError)) throw error
          const stderr = [...(error.ctdbText?.stderr ?? []), `Failed to write record ${args.key} to file ${file}`]
          throw error.with({ ctdbText: { stderr } })
        })
      })
    })
    this.tell(flags, `The record ${args.key} in ${file} is written`)
    return await this.show(flags, { ctdb: () => '', json: (): TstoreDocument => ({ formatVersion: 1, file }) })
  }
}
