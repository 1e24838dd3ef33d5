import * as Args from '@oclif/core/args'
import { EventCommand } from '../cli/event-command.ts'
import { CtdbtsError, EXIT_STATUS } from '../lib/errors.ts'

/** ctdb exits with 0 whatever the result. */
function harmless(error: unknown): never {
  if (!(error instanceof CtdbtsError) || !error.ctdbText) throw error
  throw error.with({ exitStatus: EXIT_STATUS.ok })
}

export default class Scriptstatus extends EventCommand {
  static override readonly group = 'services'
  static override summary = 'Show the results of event scripts'
  static override usage = 'scriptstatus [init|setup|startup|monitor|takeip|releaseip|ipreallocated]'
  static override description = `Shows the last run of an event, as the event daemon remembers it.
Always exits with 0, like ctdb; "event status legacy EVENT" exits with the status of the scripts.`
  static override examples = ['<%= config.bin %> scriptstatus', '<%= config.bin %> scriptstatus takeip --host node1']
  static override args = { event: Args.string({ default: 'monitor', description: 'the event' }) }

  async run(): Promise<unknown> {
    const { flags, args } = await this.parse(Scriptstatus)
    const { document } = await this.showStatus(flags, 'legacy', args.event).catch(harmless)
    return document
  }
}
