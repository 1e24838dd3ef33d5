import { databaseArgs } from '../cli/database-argument.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { detachDatabases } from '../operations/databases/detach.ts'
import type { DetachDocument } from '../ui/documents/databases.ts'

export default class Detach extends MirrorCommand {
  static override readonly group = 'databases'
  static override summary = 'Detach volatile databases on all nodes'
  static override usage = 'detach <dbname|dbid> ...'
  static override description = `The nodes delete their files of it. Clients must not be able to attach databases meanwhile:
set the tunable AllowClientDBAttach to 0 on all nodes first. Prints nothing.
Do not detach a database that getdbmap shows as READONLY: ctdbd 4.17 aborts on all nodes then, and 4.25 has the same code.`
  static override examples = ['<%= config.bin %> detach test.tdb', '<%= config.bin %> detach test.tdb 0x6645c6c4']
  static override args = databaseArgs
  static override strict = false
  protected override readonly remote = false

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Detach)
    const detached = await this.withNode(flags, (node) =>
      detachDatabases(node, argv.map(String), (problem) => {
        this.reportProblem(flags, problem)
        process.exitCode = problem.exitStatus || process.exitCode
      }),
    )
    for (const name of detached) this.tell(flags, `Database ${name} is detached`)
    return await this.show(flags, { ctdb: () => '', json: (): DetachDocument => ({ formatVersion: 1, detached }) })
  }
}
