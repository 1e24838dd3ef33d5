import { MirrorCommand } from '../cli/mirror-command.ts'
import { tellingWhatStands } from '../cli/what-stands.ts'
import { recover } from '../transport/administer/recover.ts'

export default class Recover extends MirrorCommand {
  static override summary = 'force recovery'
  static override usage = 'recover'
  static override description =
    'Waits until a recovery under way has ended, starts one, and waits until the cluster has a new generation; -T ends the waiting.'
  static override examples = ['<%= config.bin %> recover']

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Recover)
    let started = false
    const onStarted = () => {
      started = true
      this.tell(flags, 'a recovery was started; waiting for its end')
    }
    const { before, after } = await this.withNodeInterruptibly(flags, (node, { signal }) =>
      tellingWhatStands(signal, recover(node, { signal, onStarted }), () =>
        started ? 'a recovery was started, and goes on by itself' : 'no recovery was started',
      ),
    )
    this.tell(flags, `the recovery is done: generation ${after}, before it ${before}`)
    return await this.show(flags, {
      ctdb: () => '',
      json: () => ({ formatVersion: 1, generation: after, generationBefore: before }),
    })
  }
}
