import { RunRequestCommand, runRequestDescription } from '../cli/run-request-command.ts'

export default class Ipreallocate extends RunRequestCommand {
  static override readonly group = 'addresses'
  static override summary = 'Ask the leader for a takeover run'
  static override usage = 'ipreallocate'
  static override description = runRequestDescription
  static override examples = ['<%= config.bin %> ipreallocate']
}
