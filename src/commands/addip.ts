import * as Args from '@oclif/core/args'
import { refuse } from '../cli/address-words.ts'
import { interruptible } from '../cli/interruptible.ts'
import { MirrorCommand } from '../cli/mirror-command.ts'
import { parseAddressAndMask } from '../lib/address/parse-address.ts'
import { type CtdbtsError, saidByCtdb } from '../lib/errors.ts'
import { addIp } from '../transport/administer/public-addresses.ts'

export default class Addip extends MirrorCommand {
  static override summary = 'add a public address to a node, until its files are reloaded'
  static override usage = 'addip <ip/mask> <iface>'
  static override description =
    `Only the one node is told: other nodes need it too, and so do their public addresses files, which "ctdbts verify" compares.
The address is taken with the next takeover run, which the recovery daemons ask for by themselves. A node that refuses is asked up to
five times. One that knows the address already is no error.`
  static override examples = ['<%= config.bin %> addip 10.0.0.9/24 eth1', '<%= config.bin %> -n 1 addip fd00::9/64 eth1,eth2']
  static override args = {
    address: Args.string({ required: true, ignoreStdin: true, description: 'the address with its mask: 10.0.0.9/24' }),
    iface: Args.string({ required: true, ignoreStdin: true, description: 'the interface; several are joined by commas' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Addip)
    const { pnn, added, address } = await this.withNode(flags, async (node) => {
      const { address, maskBits } =
        parseAddressAndMask(args.address) ?? refuse(`Invalid IP/Mask ${args.address}`, 'such as 10.0.0.9/24 is wanted')
      const onProblem = (problem: CtdbtsError) => this.tellProblem(flags, problem)
      const pnn = await node.pnn
      const givingUp = `Failed to add public IP to node ${pnn}. Giving up`
      const added = await interruptible(({ signal }) =>
        addIp(node, { address, maskBits, interfaceName: args.iface }, { signal, onProblem, givingUp }),
      )
      return { pnn, added, address: address.address }
    })
    if (!added) {
      const line = `Node already knows about IP ${address}`
      this.tellProblem(flags, saidByCtdb('NO_CHANGE', line))
    } else
      this.tell(flags, `Node ${pnn} knows ${address} on ${args.iface} now, and may receive addresses at the next takeover run`)
    return await this.show(flags, {
      ctdb: () => '',
      json: () => ({ formatVersion: 1, pnn, publicIp: address, interfaces: args.iface.split(','), added }),
    })
  }
}
