import * as Args from '@oclif/core/args'
import { EventCommand } from '../cli/event-command.ts'
import { CtdbtsError, EXIT_STATUS } from '../lib/errors.ts'

/** The real tool ends with 0 whatever came of it. */
function harmless(error: unknown): never {
  if (!(error instanceof CtdbtsError) || !error.ctdbText) throw error
  const { code, message, hint, ctdbText, cause } = error
  throw new CtdbtsError(code, message, { ...(hint !== undefined && { hint }), exitStatus: EXIT_STATUS.ok, ctdbText, cause })
}

export default class Scriptstatus extends EventCommand {
  static override summary = 'show event script status'
  static override usage = 'scriptstatus [init|setup|startup|monitor|takeip|releaseip|ipreallocated]'
  static override description = `How CTDB's event scripts fared when an event was last run, as the event daemon remembers it.
It always ends with 0, as with ctdb; "event status legacy EVENT" ends with what the scripts ended with.`
  static override examples = ['<%= config.bin %> scriptstatus', '<%= config.bin %> scriptstatus takeip --host node1']
  static override args = { event: Args.string({ default: 'monitor', description: 'the event' }) }

  async run(): Promise<unknown> {
    const { flags, args } = await this.parse(Scriptstatus)
    this.refuseAnyNode(flags)
    const { document } = await this.showStatus(flags, 'legacy', args.event).catch(harmless)
    return document
  }
}
