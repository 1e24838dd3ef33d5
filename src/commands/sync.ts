import { RunRequestCommand } from '../cli/run-request-command.ts'

export default class Sync extends RunRequestCommand {
  static override summary = 'the same as ipreallocate (deprecated)'
  static override usage = 'sync'
  static override examples = ['<%= config.bin %> sync']
}
