import { RunRequestCommand, runRequestDescription } from '../cli/run-request-command.ts'

export default class Sync extends RunRequestCommand {
  static override readonly group = 'addresses'
  static override summary = 'Same as ipreallocate (deprecated)'
  static override usage = 'sync'
  static override description = runRequestDescription
  static override examples = ['<%= config.bin %> sync']
}
