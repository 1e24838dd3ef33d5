import * as Args from '@oclif/core/args'
import { refuse } from '../cli/address-arguments.ts'
import { interruptible } from '../cli/interruptible.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { parseAddressAndMask } from '../lib/address/parse-address.ts'
import { type CtdbtsError, saidByCtdb } from '../lib/errors.ts'
import { addIp } from '../operations/administer/public-addresses.ts'
import type { AddipDocument } from '../ui/documents/addresses.ts'

export default class Addip extends MirrorCommand {
  static override readonly group = 'addresses'
  static override summary = 'Add a public address to a node until it reloads its file'
  static override usage = 'addip <ip/mask> <iface>'
  static override description =
    `Changes this node only. Add the address to the other nodes too, and to the public addresses files: "ctdbts verify" compares them.
The next takeover run assigns the address; recovery daemons request one by themselves. Retries up to five times if the node refuses.
An address that the node already knows is not an error.`
  static override examples = ['<%= config.bin %> addip 10.0.0.9/24 eth1', '<%= config.bin %> -n 1 addip fd00::9/64 eth1,eth2']
  static override args = {
    address: Args.string({ required: true, ignoreStdin: true, description: 'the address with its mask, such as 10.0.0.9/24' }),
    iface: Args.string({ required: true, ignoreStdin: true, description: 'the interface, or several separated by commas' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Addip)
    const { pnn, added, address } = await this.withNode(flags, async (node) => {
      const { address, maskBits } =
        parseAddressAndMask(args.address) ??
        refuse(`Invalid IP/Mask ${args.address}`, 'give an address with its mask, such as 10.0.0.9/24')
      const onProblem = (problem: CtdbtsError) => this.reportProblem(flags, problem)
      const pnn = await node.pnn
      const failure = `Failed to add public IP to node ${pnn}. Giving up`
      const added = await interruptible(({ signal }) =>
        addIp(node, { address, maskBits, interfaceName: args.iface }, { signal, onProblem, failure }),
      )
      return { pnn, added, address: address.address }
    })
    if (!added) {
      const line = `Node already knows about IP ${address}`
      this.reportProblem(flags, saidByCtdb('NO_CHANGE', line))
    } else
      this.tell(flags, `Node ${pnn} now knows ${address} on ${args.iface}, and may receive addresses at the next takeover run`)
    return await this.show(flags, {
      ctdb: () => '',
      json: (): AddipDocument => ({ formatVersion: 1, pnn, publicIp: address, interfaces: args.iface.split(','), added }),
    })
  }
}
