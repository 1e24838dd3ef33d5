import * as Args from '@oclif/core/args'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { DATABASE_FLAG } from '../lib/cluster/database.ts'
import { attachDatabase } from '../operations/databases/attach.ts'
import { databaseIdText } from '../ui/ctdb/databases.ts'
import type { AttachDocument } from '../ui/documents/databases.ts'

/** What a database can be attached as, beside volatile. `ctdb` lists only the first and the last in its usage text. */
const KINDS = {
  persistent: DATABASE_FLAG.persistent,
  readonly: DATABASE_FLAG.readOnly,
  sticky: DATABASE_FLAG.sticky,
  replicated: DATABASE_FLAG.replicated,
} as const

const isKind = (text: string): text is keyof typeof KINDS => Object.hasOwn(KINDS, text)

export default class Attach extends MirrorCommand {
  static override readonly group = 'databases'
  static override summary = 'Attach a database on all nodes'
  static override usage = 'attach <dbname> [persistent|replicated]'
  static override description = `Creates the database if no node has it. It is volatile unless a kind is given:
persistent, replicated, and also readonly or sticky (volatile, with that property). Prints nothing.`
  static override examples = ['<%= config.bin %> attach test.tdb', '<%= config.bin %> attach settings.tdb persistent']
  static override args = {
    database: Args.string({ required: true, ignoreStdin: true, description: 'its name' }),
    kind: Args.string({ ignoreStdin: true, description: 'persistent, replicated, readonly or sticky' }),
  }
  protected override readonly remote = false

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Attach)
    const { id, name, pnn } = await this.withNode(flags, async ({ client, localPnn }) => {
      const attached = await attachDatabase(client, { name: args.database, flags: this.flagsOf(args.kind) })
      return { ...attached, pnn: await localPnn }
    })
    this.tell(flags, `Database ${name} is attached; its ID is ${databaseIdText(id)}`)
    return await this.show(flags, {
      ctdb: () => '',
      json: (): AttachDocument => ({ formatVersion: 1, pnn, id: databaseIdText(id), name }),
    })
  }

  private flagsOf(kind: string | undefined): number {
    if (kind === undefined) return 0
    if (!isKind(kind)) throw this.usageError(`there is no kind of database ${JSON.stringify(kind)}`)
    return KINDS[kind]
  }
}
