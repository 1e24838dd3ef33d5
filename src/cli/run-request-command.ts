import { requestTakeoverRun } from '../transport/takeover-run.ts'
import type { GlobalOptions } from './base-command.ts'
import { MirrorCommand } from './mirror-command.ts'
import { RUN_MAY_COME, tellingWhatStands } from './what-stands.ts'

/** The command that asks for a takeover run; the real tool has it under two names. */
export abstract class RunRequestCommand extends MirrorCommand {
  static override description =
    `Prints nothing; asks again whenever the time limit (-t) passes without an answer, until -T ends it.
"takeover-run" does the same with a plan before and a check after.`

  async run(): Promise<unknown> {
    const parsed = await this.parse(this.ctor)
    const flags = parsed.flags as unknown as GlobalOptions
    const onSilence = () => this.tell(flags, 'no leader has answered; asking again')
    const leader = await this.withNodeInterruptibly(flags, ({ client, localPnn, timeoutMs }, { signal }) =>
      tellingWhatStands(signal, requestTakeoverRun(client, localPnn, { timeoutMs, onSilence, signal }), () => RUN_MAY_COME),
    )
    this.tell(flags, `takeover run done by the leader, node ${leader}`)
    return await this.show(flags, { ctdb: () => '', json: () => ({ formatVersion: 1, leader }) })
  }
}
