import { databaseArgs } from '../cli/database-argument.ts'
import { MarkCommand } from '../cli/mark-command.ts'

export default class Setdbreadonly extends MarkCommand {
  static override readonly group = 'databases'
  static override summary = 'Allow read-only copies of the records of a database'
  static override usage = 'setdbreadonly <dbname|dbid>'
  static override description =
    'Only for a volatile database, on one node, until its daemon ends. Until then it cannot be undone. Prints nothing.'
  static override examples = ['<%= config.bin %> setdbreadonly brlock.tdb', '<%= config.bin %> -n 1 setdbreadonly 0x6645c6c4']
  static override args = databaseArgs
  protected override readonly mark = 'READONLY'
}
