import * as Args from '@oclif/core/args'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { ask } from '../transport/asked-node.ts'
import { controls } from '../transport/wire/controls.ts'

export default class Setleaderrole extends MirrorCommand {
  static override summary = 'allow a node to lead the cluster, or forbid it'
  static override usage = 'setleaderrole on|off'
  static override description = 'A node that leads gives it up, and another one is elected. Prints nothing. See getcapabilities.'
  static override examples = ['<%= config.bin %> setleaderrole off', '<%= config.bin %> -v -n 1 setleaderrole on']
  static override args = {
    role: Args.string({ required: true, options: ['on', 'off'], ignoreStdin: true, description: 'whether it may' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Setleaderrole)
    const may = args.role === 'on'
    const pnn = await this.withNode(flags, async (node) => {
      await ask(node, controls.setLeaderRole, Number(may))
      return await node.pnn
    })
    this.tell(flags, `node ${pnn} may ${may ? '' : 'not '}be leader now`)
    return await this.show(flags, { ctdb: () => '', json: () => ({ formatVersion: 1, pnn, leader: may }) })
  }
}
