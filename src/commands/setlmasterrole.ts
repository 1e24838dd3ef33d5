import * as Args from '@oclif/core/args'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { ask } from '../transport/asked-node.ts'
import { controls } from '../transport/wire/controls.ts'

export default class Setlmasterrole extends MirrorCommand {
  static override summary = 'allow a node to be location master of records, or forbid it'
  static override usage = 'setlmasterrole on|off'
  static override description = 'Takes effect with the next recovery. Prints nothing. See getcapabilities.'
  static override examples = ['<%= config.bin %> setlmasterrole off', '<%= config.bin %> -v -n 1 setlmasterrole on']
  static override args = {
    role: Args.string({ required: true, options: ['on', 'off'], ignoreStdin: true, description: 'whether it may' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Setlmasterrole)
    const may = args.role === 'on'
    const pnn = await this.withNode(flags, async (node) => {
      await ask(node, controls.setLmasterRole, Number(may))
      return await node.pnn
    })
    this.tell(flags, `node ${pnn} may ${may ? '' : 'not '}be lmaster now`)
    return await this.show(flags, { ctdb: () => '', json: () => ({ formatVersion: 1, pnn, lmaster: may }) })
  }
}
