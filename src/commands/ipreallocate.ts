import { RunRequestCommand } from '../cli/run-request-command.ts'

export default class Ipreallocate extends RunRequestCommand {
  static override summary = 'ask the leader for a takeover run, as ctdb does'
  static override usage = 'ipreallocate'
  static override examples = ['<%= config.bin %> ipreallocate']
}
