import * as Args from '@oclif/core/args'
import { publicAddressOf } from '../cli/address-arguments.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { adding } from '../lib/errors.ts'
import { controls } from '../lib/wire/controls.ts'
import { ask } from '../operations/target-node.ts'
import type { GratarpDocument } from '../ui/documents/addresses.ts'

export default class Gratarp extends MirrorCommand {
  static override readonly group = 'addresses'
  static override summary = 'Announce an address on its network (gratuitous ARP)'
  static override usage = 'gratarp <ip> <interface>'
  static override description =
    `The daemon sends several announcements a moment later and does not report their result. For IPv6, they are neighbour
advertisements.`
  static override examples = ['<%= config.bin %> gratarp 10.0.0.1 eth1', '<%= config.bin %> -n 1 gratarp 10.0.0.1 eth1']
  static override args = {
    ip: Args.string({ required: true, ignoreStdin: true, description: 'the address' }),
    interface: Args.string({ required: true, ignoreStdin: true, description: 'the interface to announce it on' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Gratarp)
    const { pnn, address } = await this.withNode(flags, async (node) => {
      const address = publicAddressOf(args.ip)
      // ctdb leaves the mask as it happens to be; nobody reads it.
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
      json: (): GratarpDocument => ({ formatVersion: 1, pnn, publicIp: address, interface: args.interface }),
    })
  }
}
