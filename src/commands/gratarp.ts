import * as Args from '@oclif/core/args'
import { publicAddressOf } from '../cli/address-words.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { adding } from '../lib/errors.ts'
import { ask } from '../transport/asked-node.ts'
import { controls } from '../transport/wire/controls.ts'

export default class Gratarp extends MirrorCommand {
  static override summary = 'let a node announce an address on its network (gratuitous ARP)'
  static override usage = 'gratarp <ip> <interface>'
  static override description =
    `The daemon does it a moment later, several times, and says nothing of what became of it. For IPv6 it is a neighbour
advertisement.`
  static override examples = ['<%= config.bin %> gratarp 10.0.0.1 eth1', '<%= config.bin %> -n 1 gratarp 10.0.0.1 eth1']
  static override args = {
    ip: Args.string({ required: true, ignoreStdin: true, description: 'the address' }),
    interface: Args.string({ required: true, ignoreStdin: true, description: 'where to announce it' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Gratarp)
    const { pnn, address } = await this.withNode(flags, async (node) => {
      const address = publicAddressOf(args.ip)
      // The real tool leaves the mask as it happens to be; nobody reads it.
      const request = { address, maskBits: 0, interfaceName: args.interface }
      const pnn = await node.pnn
      await ask(node, controls.sendGratuitousArp, request).catch(
        adding('NOT_SENT', `Unable to send gratuitous arp from node ${pnn}`),
      )
      return { pnn, address: address.address }
    })
    this.tell(flags, `Node ${pnn} announces ${address} on ${args.interface}`)
    return await this.show(flags, {
      ctdb: () => '',
      json: () => ({ formatVersion: 1, pnn, publicIp: address, interface: args.interface }),
    })
  }
}
