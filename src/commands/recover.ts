import { withInterruptionReport } from '../cli/interruption-report.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { recover } from '../operations/administer/recover.ts'
import type { RecoverDocument } from '../ui/documents/nodes.ts'

export default class Recover extends MirrorCommand {
  static override readonly group = 'nodes'
  static override summary = 'Force a recovery'
  static override usage = 'recover'
  static override description =
    'Waits for the end of a current recovery, starts one, and waits until the cluster has a new generation; -T limits the wait.'
  static override examples = ['<%= config.bin %> recover']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Recover)
    let started = false
    const onStarted = () => {
      started = true
      this.tell(flags, 'recovery started; waiting for its end')
    }
    const { before, after } = await this.withNodeInterruptibly(flags, (node, { signal }) =>
      withInterruptionReport(signal, recover(node, { signal, onStarted }), () =>
        started ? 'a recovery was started and continues by itself' : 'no recovery was started',
      ),
    )
    this.tell(flags, `recovery done: generation ${after}, previously ${before}`)
    return await this.show(flags, {
      ctdb: () => '',
      json: (): RecoverDocument => ({ formatVersion: 1, generation: after, generationBefore: before }),
    })
  }
}
