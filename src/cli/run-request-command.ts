import { requestTakeoverRun } from '../operations/administer/takeover-run.ts'
import type { TakeoverRunDoneDocument } from '../ui/documents/nodes.ts'
import { RUN_MAY_FOLLOW, withInterruptionReport } from './interruption-report.ts'
import { MirrorCommand } from './mirror-command.ts'
import type { GlobalOptions } from './run-options.ts'

/** The description of such a command. Not a static property of the class: oclif's manifest then lacks the options of every subclass. */
export const runRequestDescription = `Prints nothing. Asks again after each time limit (-t) without an answer, until -T ends the wait.
"takeover-run" does the same, with a plan before and a check after it.`

/** The command that asks for a takeover run; `ctdb` has it under two names. */
export abstract class RunRequestCommand extends MirrorCommand {
  async run(): Promise<unknown> {
    const parsed = await this.parse(this.ctor)
    const flags = parsed.flags as unknown as GlobalOptions
    const onSilence = () => this.tell(flags, 'no answer from a leader; asking again')
    const leader = await this.withNodeInterruptibly(flags, ({ client, localPnn, timeoutMs }, { signal }) =>
      withInterruptionReport(
        signal,
        requestTakeoverRun(client, localPnn, { timeoutMs, onSilence, signal }),
        () => RUN_MAY_FOLLOW,
      ),
    )
    this.tell(flags, `takeover run done by the leader, node ${leader}`)
    return await this.show(flags, { ctdb: () => '', json: (): TakeoverRunDoneDocument => ({ formatVersion: 1, leader }) })
  }
}
