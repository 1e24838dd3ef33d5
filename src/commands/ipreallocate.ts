import { MirrorCommand } from '../cli/mirror-command.ts'
import { requestTakeoverRun } from '../transport/takeover-run.ts'

export default class Ipreallocate extends MirrorCommand {
  static override summary = 'ask the leader for a takeover run, as ctdb does'
  static override usage = 'ipreallocate'
  static override description =
    `Prints nothing; asks again whenever the time limit (-t) passes without an answer, until -T ends it.
"takeover-run" does the same with a plan before and a check after.`
  static override examples = ['<%= config.bin %> ipreallocate']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Ipreallocate)
    await this.withDaemon(flags, ({ client, pnn, timeoutMs }) => requestTakeoverRun(client, pnn, { timeoutMs }))
    return undefined
  }
}
