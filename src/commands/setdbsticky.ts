import { databaseArgs } from '../cli/database-argument.ts'
import { MarkCommand } from '../cli/mark-command.ts'

export default class Setdbsticky extends MarkCommand {
  static override readonly group = 'databases'
  static override summary = 'Allow sticky records'
  static override usage = 'setdbsticky <dbname|dbid>'
  static override description =
    'Only for a volatile database, on one node, until its daemon ends. Until then it cannot be undone. Prints nothing.'
  static override examples = ['<%= config.bin %> setdbsticky locking.tdb', '<%= config.bin %> -n 1 setdbsticky 0x6645c6c4']
  static override args = databaseArgs
  protected override readonly mark = 'STICKY'
}
