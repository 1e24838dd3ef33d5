import { type DatabaseMark, setDatabaseFlag } from '../operations/databases/set-flag.ts'
import { databaseIdText } from '../ui/ctdb/databases.ts'
import type { DatabaseMarkDocument } from '../ui/documents/databases.ts'
import { MirrorCommand } from './mirror-command.ts'
import type { GlobalOptions } from './run-options.ts'

/** A command that sets a flag of a volatile database. */
export abstract class MarkCommand extends MirrorCommand {
  protected abstract readonly mark: DatabaseMark

  async run(): Promise<unknown> {
    const parsed = await this.parse(this.ctor)
    const flags = parsed.flags as unknown as GlobalOptions
    const { mark } = this
    const [pnn, { id, name }] = await this.fromNode(flags, (node) => setDatabaseFlag(node, String(parsed.args.database), mark))
    this.tell(flags, `Database ${name} is ${mark} now on node ${pnn}`)
    return await this.show(flags, {
      ctdb: () => '',
      json: (): DatabaseMarkDocument => ({ formatVersion: 1, pnn, id: databaseIdText(id), name, mark }),
    })
  }
}
