import * as Args from '@oclif/core/args'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { adding, CtdbtsError, saidByCtdb } from '../lib/errors.ts'
import { controls } from '../lib/wire/controls.ts'
import { ask, type TargetNode } from '../operations/target-node.ts'
import type { SetifacelinkDocument } from '../ui/documents/addresses.ts'
import { visible } from '../ui/visible.ts'

/** Linux' IFNAMSIZ. */
const MAX_NAME_BYTES = 16

export default class Setifacelink extends MirrorCommand {
  static override readonly group = 'addresses'
  static override summary = 'Mark the link of an interface as up or down'
  static override usage = 'setifacelink <iface> up|down'
  static override description = 'The next monitor event of the node sets it back to the actual state.'
  static override examples = ['<%= config.bin %> setifacelink eth1 down', '<%= config.bin %> -n 1 setifacelink eth1 up']
  static override args = {
    iface: Args.string({ required: true, ignoreStdin: true, description: 'an interface for public addresses' }),
    link: Args.string({ required: true, ignoreStdin: true, description: '"up" or "down"' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Setifacelink)
    const pnn = await this.withNode(flags, async (node) => {
      await this.setLink(node, args.iface, args.link)
      return await node.pnn
    })
    this.tell(flags, `Node ${pnn} now treats the link of ${args.iface} as ${args.link}`)
    return await this.show(flags, {
      ctdb: () => '',
      json: (): SetifacelinkDocument => ({ formatVersion: 1, pnn, interface: args.iface, linkUp: args.link === 'up' }),
    })
  }

  private async setLink(node: TargetNode, name: string, link: string): Promise<void> {
    if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
      const line = `Interface name '${name}' too long`
      throw saidByCtdb('NO_SUCH_INTERFACE', line)
    }
    const pnn = await node.pnn
    const interfaces = await ask(node, controls.getIfaces).catch(
      adding('NO_INTERFACES', `Failed to get interface information from node ${pnn}`),
    )
    const found = interfaces.find((each) => each.name === name)
    if (!found) {
      const line = `Interface ${name} not configured on node ${pnn}`
      throw new CtdbtsError('NO_SUCH_INTERFACE', line, {
        hint: 'name an interface of the public addresses file; see `ctdbts ifaces`',
        ctdbText: { stderr: [], stdout: `${visible(line)}\n` },
      })
    }
    // ctdb checks this word only now.
    if (link !== 'up' && link !== 'down') throw this.usageError(`the link must be up or down, not ${JSON.stringify(link)}`)
    await ask(node, controls.setIfaceLinkState, { ...found, linkState: Number(link === 'up'), references: 0 })
  }
}
