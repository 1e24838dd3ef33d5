import * as Args from '@oclif/core/args'
import type { Control } from '../lib/wire/controls.ts'
import { ask } from '../operations/target-node.ts'
import { MirrorCommand } from './mirror-command.ts'
import type { GlobalOptions } from './run-options.ts'

/** The `args` of such a command. Not a static property of the class: oclif's manifest then lacks the options of every subclass. */
export const roleArgs = {
  role: Args.string({
    required: true,
    options: ['on', 'off'],
    ignoreStdin: true,
    description: 'on allows the role, off forbids it',
  }),
}

/** A command that allows a node to have a role, or forbids it. */
export abstract class RoleCommand extends MirrorCommand {
  protected abstract readonly role: 'leader' | 'lmaster'
  /** The control that takes 1 or 0. */
  protected abstract readonly control: Control<number, void>

  async run(): Promise<unknown> {
    const parsed = await this.parse(this.ctor)
    const flags = parsed.flags as unknown as GlobalOptions
    const may = parsed.args.role === 'on'
    const pnn = await this.withNode(flags, async (node) => {
      await ask(node, this.control, Number(may))
      return await node.pnn
    })
    this.tell(flags, `node ${pnn} may ${may ? 'now' : 'no longer'} be ${this.role}`)
    return await this.show(flags, { ctdb: () => '', json: () => ({ formatVersion: 1, pnn, [this.role]: may }) })
  }
}
